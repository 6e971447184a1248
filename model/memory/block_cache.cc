#include "model/memory/block_cache.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace clip::model {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

size_t RoundUp(size_t bytes, size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

size_t PageSize() {
  static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void* Map(size_t bytes) {
  void* const address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return address == MAP_FAILED ? nullptr : address;
}

// Pages that begin where a huge one may.
void* MapAligned(size_t bytes) {
  auto* const start = static_cast<char*>(Map(bytes + kHugePage));
  if (start == nullptr) return nullptr;
  const auto value = reinterpret_cast<uintptr_t>(start);
  const size_t before = RoundUp(value, kHugePage) - value;
  if (before > 0) munmap(start, before);
  munmap(start + before + bytes, kHugePage - before);
#ifdef MADV_HUGEPAGE
  madvise(start + before, bytes, MADV_HUGEPAGE);
#endif
  return start + before;
}

}  // namespace

BlockCache::~BlockCache() { ReleaseFree(); }

std::vector<BlockCache::Block>::iterator BlockCache::FindFree(size_t bytes) {
  auto best = free_.end();
  for (auto block = free_.begin(); block != free_.end(); ++block) {
    if (block->bytes < bytes || block->bytes / 2 > bytes) continue;
    // Of equal ones the last returned, which the processor still caches.
    if (best == free_.end() || block->bytes <= best->bytes) best = block;
  }
  return best;
}

void BlockCache::ReleaseUnused() {
  auto first = free_.begin();
  while (first != free_.end() && takings_ - first->returned > kKeep) {
    munmap(first->address, first->bytes);
    ++first;
  }
  free_.erase(free_.begin(), first);
}

void* BlockCache::Take(size_t bytes) {
  const size_t rounded = RoundUp(std::max(bytes, size_t{1}), PageSize());
  if (rounded < bytes) return nullptr;
  const std::lock_guard<std::mutex> lock(mutex_);
  ++takings_;
  ReleaseUnused();
  Block block = {nullptr, rounded, 0};
  if (const auto found = FindFree(rounded); found != free_.end()) {
    block = *found;
    free_.erase(found);
  } else {
    block.address = rounded < kHugePage ? Map(rounded) : MapAligned(rounded);
  }
  if (block.address != nullptr) taken_.emplace(block.address, block.bytes);
  return block.address;
}

bool BlockCache::Return(void* address) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = taken_.find(address);
  if (found == taken_.end()) return false;
  free_.push_back({address, found->second, takings_});
  taken_.erase(found);
  return true;
}

void BlockCache::ReleaseFree() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Block& block : free_) munmap(block.address, block.bytes);
  free_.clear();
}

size_t BlockCache::free_bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  size_t bytes = 0;
  for (const Block& block : free_) bytes += block.bytes;
  return bytes;
}

}  // namespace clip::model
