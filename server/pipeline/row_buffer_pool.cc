#include "server/pipeline/row_buffer_pool.h"

#include <utility>

namespace clip::server {

RowBuffer::RowBuffer(RowBuffer&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      memory_(std::move(other.memory_)) {}

RowBuffer& RowBuffer::operator=(RowBuffer&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(memory_, other.memory_);
  return *this;
}

RowBuffer::~RowBuffer() {
  if (pool_ != nullptr) pool_->GiveBack(std::move(memory_));
}

absl::Span<float> RowBuffer::values() {
  return {memory_.get(), pool_ == nullptr ? 0 : pool_->row_size()};
}

absl::Span<const float> RowBuffer::values() const {
  return {memory_.get(), pool_ == nullptr ? 0 : pool_->row_size()};
}

RowBufferPool::RowBufferPool(size_t row_size, size_t max_idle)
    : row_size_(row_size), max_idle_(max_idle) {}

RowBuffer RowBufferPool::Acquire() {
  std::unique_ptr<float[]> memory;
  {
    batching::MutexLock lock(mutex_);
    if (!idle_.empty()) {
      memory = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (memory == nullptr) memory.reset(new float[row_size_]);
  return {*this, std::move(memory)};
}

void RowBufferPool::GiveBack(std::unique_ptr<float[]> memory) {
  batching::MutexLock lock(mutex_);
  if (idle_.size() < max_idle_) idle_.push_back(std::move(memory));
}

size_t RowBufferPool::idle() const {
  batching::MutexLock lock(mutex_);
  return idle_.size();
}

}  // namespace clip::server
