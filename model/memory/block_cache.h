#ifndef MODEL_MEMORY_BLOCK_CACHE_H_
#define MODEL_MEMORY_BLOCK_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace clip::model {

// Large blocks of memory, of which those given back serve again. A forward pass
// takes and returns the same few sizes over and over: their pages stay mapped,
// so that nothing is cleared twice, and lie apart from the small objects that
// would hold a heap open between them.
//
// A block that has not been used for kKeep takings, about one batch of texts or
// two of pictures, goes back to the system. Blocks of 2 MiB and more are
// aligned to huge pages and ask for them. Thread-safe.
class BlockCache {
 public:
  // Free blocks are kept for so many takings.
  static constexpr uint64_t kKeep = 128;

  BlockCache() = default;
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // At least so many bytes, at the start of a page; what is in them is not
  // known. Null where the system has no more.
  void* Take(size_t bytes);

  // False where the address is not of a block that was taken.
  bool Return(void* address);

  // Gives all free blocks back to the system.
  void ReleaseFree();

  // Bytes of free blocks.
  size_t free_bytes() const;

 private:
  struct Block {
    void* address;
    size_t bytes;
    // How many had been taken when it was returned.
    uint64_t returned;
  };

  // The smallest free block that fits without being twice as large, or the end.
  std::vector<Block>::iterator FindFree(size_t bytes);
  void ReleaseUnused();

  mutable std::mutex mutex_;
  // Guarded by mutex_, as all below. In the order of their return.
  std::vector<Block> free_;
  std::unordered_map<void*, size_t> taken_;
  uint64_t takings_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_MEMORY_BLOCK_CACHE_H_
