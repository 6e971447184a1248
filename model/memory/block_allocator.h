#ifndef MODEL_MEMORY_BLOCK_ALLOCATOR_H_
#define MODEL_MEMORY_BLOCK_ALLOCATOR_H_

#include <c10/core/Allocator.h>

#include <cstddef>

namespace clip::model {

// LibTorch's memory on the CPU: large tensors from a BlockCache that all of
// them share, small ones from LibTorch's own allocator. Thread-safe.
class BlockAllocator final : public c10::Allocator {
 public:
  // Tensors of so many bytes get a block.
  static constexpr size_t kSmallestBlock = size_t{256} << 10;

  // Throws c10::OutOfMemoryError where there is no more memory.
  c10::DataPtr allocate(size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override;
  void copy_data(void* target, const void* source, size_t bytes) const override;
};

}  // namespace clip::model

#endif  // MODEL_MEMORY_BLOCK_ALLOCATOR_H_
