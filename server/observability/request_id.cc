#include "server/observability/request_id.h"

#include <random>

#include "fmt/format.h"

namespace clip::server {
namespace {

uint64_t RandomStart() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

// Spreads a counter over all bits, one to one (the finalizer of splitmix64),
// so that neighbouring ids do not look alike to a reader of the log.
uint64_t Spread(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

}  // namespace

RequestIdGenerator::RequestIdGenerator() : next_(RandomStart()) {}

std::string RequestIdGenerator::Next() {
  return fmt::format("{:016x}",
                     Spread(next_.fetch_add(1, std::memory_order_relaxed)));
}

}  // namespace clip::server
