#ifndef SERVER_PIPELINE_ROW_BUFFER_POOL_H_
#define SERVER_PIPELINE_ROW_BUFFER_POOL_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "server/batching/mutex.h"

namespace clip::server {

class RowBufferPool;

// Memory of one picture's row. Goes back to its pool when destroyed. Movable;
// not thread-safe. Its content is undefined until written.
class RowBuffer {
 public:
  RowBuffer() = default;
  RowBuffer(RowBuffer&& other) noexcept;
  RowBuffer& operator=(RowBuffer&& other) noexcept;
  ~RowBuffer();

  absl::Span<float> values();
  absl::Span<const float> values() const;

 private:
  friend class RowBufferPool;
  RowBuffer(RowBufferPool& pool, std::unique_ptr<float[]> memory)
      : pool_(&pool), memory_(std::move(memory)) {}

  // Null where nothing is held.
  RowBufferPool* pool_ = nullptr;
  std::unique_ptr<float[]> memory_;
};

// Keeps the memory of rows for the next pictures: at 600 kB and more each,
// fresh memory costs the system a page fault every 4 kB.
//
// Thread-safe. Must outlive its buffers.
class RowBufferPool {
 public:
  // Rows of `row_size` floats, of which at most `max_idle` are kept unused.
  RowBufferPool(size_t row_size, size_t max_idle);

  RowBuffer Acquire();

  size_t row_size() const { return row_size_; }
  size_t idle() const;

 private:
  friend class RowBuffer;
  void GiveBack(std::unique_ptr<float[]> memory);

  const size_t row_size_;
  const size_t max_idle_;
  mutable batching::Mutex mutex_;
  std::vector<std::unique_ptr<float[]>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_ROW_BUFFER_POOL_H_
