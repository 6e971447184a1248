#ifndef TESTS_CLIENT_SCRIPTED_STREAM_H_
#define TESTS_CLIENT_SCRIPTED_STREAM_H_

#include <grpcpp/support/status.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/client/gate.h"

namespace clip::client {

// How one stream goes.
struct ScriptedStream {
  // After so many answers it ends with `status`; never, where there are none.
  std::optional<int> answers_before_end = std::nullopt;
  grpc::Status status;
  // Trailer grpc-retry-pushback-ms.
  std::optional<std::string> pushback = std::nullopt;
  // Waited for before the first answer; shared with the test that opens it.
  std::shared_ptr<const Gate> gate = nullptr;
  // So many items, or all up to the end, are read before the first answer, and
  // answered from the last one on.
  int read_ahead = 1;
  // An item of this content gets no answer.
  std::string ignored = {};
  // An item of this content is answered with UNAVAILABLE.
  std::string given_back = {};
  // An item of this content is answered twice.
  std::string answered_twice = {};
  // Of the weights; repeated 64 times.
  char checksum = 'a';
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_SCRIPTED_STREAM_H_
