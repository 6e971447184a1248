#include "model/memory/host_memory.h"

#include <c10/core/CPUAllocator.h>
#if defined(__linux__)
#include <malloc.h>
#endif

#include "model/memory/block_allocator.h"
#include "model/memory/shared_blocks.h"

namespace clip::model {

void ReuseHostMemory() {
  // LibTorch keeps it for good.
  static auto* const allocator = new BlockAllocator();
  c10::SetCPUAllocator(allocator);
}

void ReleaseFreeHostMemory() {
  SharedBlocks().ReleaseFree();
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace clip::model
