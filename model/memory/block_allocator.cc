#include "model/memory/block_allocator.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <cstdint>

#include "model/memory/shared_blocks.h"

namespace clip::model {
namespace {

// No block begins elsewhere.
bool MayBeBlock(const void* address) {
  constexpr uintptr_t kSmallestPage = 4096;
  return reinterpret_cast<uintptr_t>(address) % kSmallestPage == 0;
}

void Free(void* address) {
  if (MayBeBlock(address) && SharedBlocks().Return(address)) return;
  c10::GetDefaultCPUAllocator()->raw_deleter()(address);
}

}  // namespace

c10::DataPtr BlockAllocator::allocate(size_t bytes) {
  void* address = nullptr;
  if (bytes < kSmallestBlock) {
    address = c10::GetDefaultCPUAllocator()->raw_allocate(bytes);
  } else {
    address = SharedBlocks().Take(bytes);
    TORCH_CHECK_WITH(OutOfMemoryError, address != nullptr,
                     "no memory for a tensor of ", bytes, " bytes");
  }
  return {address, address, &Free, c10::Device(c10::kCPU)};
}

c10::DeleterFnPtr BlockAllocator::raw_deleter() const { return &Free; }

void BlockAllocator::copy_data(void* target, const void* source,
                               size_t bytes) const {
  default_copy_data(target, source, bytes);
}

}  // namespace clip::model
