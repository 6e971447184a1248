#ifndef SERVER_WEB_BODY_BUDGET_H_
#define SERVER_WEB_BODY_BUDGET_H_

#include <cstddef>
#include <cstdint>

namespace clip::server {

// Bytes of request bodies that may be in memory at once. Not thread-safe.
class BodyBudget {
 public:
  explicit BodyBudget(size_t most) : free_(most) {}

  // False, and nothing is taken, where so many are not free.
  bool Take(uint64_t bytes) {
    if (bytes > free_) return false;
    free_ -= bytes;
    return true;
  }

  // What Take has given.
  void Return(uint64_t bytes) { free_ += bytes; }

 private:
  uint64_t free_;
};

}  // namespace clip::server

#endif  // SERVER_WEB_BODY_BUDGET_H_
