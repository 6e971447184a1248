#ifndef SERVER_OBSERVABILITY_REQUEST_ID_H_
#define SERVER_OBSERVABILITY_REQUEST_ID_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace clip::server {

// Makes the ids that join a caller's error message with our log lines: 16
// lower-case hexadecimal digits, unique within this process and in all
// likelihood across replicas. They carry no information and are no secret.
//
// Thread-safe.
class RequestIdGenerator {
 public:
  // Starts at random.
  RequestIdGenerator();
  // Starts at `seed`: the ids are then known, for tests.
  explicit RequestIdGenerator(uint64_t seed) : next_(seed) {}

  std::string Next();

 private:
  std::atomic<uint64_t> next_;
};

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_REQUEST_ID_H_
