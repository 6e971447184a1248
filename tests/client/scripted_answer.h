#ifndef TESTS_CLIENT_SCRIPTED_ANSWER_H_
#define TESTS_CLIENT_SCRIPTED_ANSWER_H_

#include <grpcpp/support/status.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/client/gate.h"

namespace clip::client {

// The answer to one call, whatever its method.
struct ScriptedAnswer {
  // OK = the usual answer of the fake.
  grpc::Status status;
  // Trailer grpc-retry-pushback-ms.
  std::optional<std::string> pushback = std::nullopt;
  // Waited for before the answer; shared with the test that opens it.
  std::shared_ptr<const Gate> gate = nullptr;
  // Answers one embedding too few.
  bool drop_one = false;
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_SCRIPTED_ANSWER_H_
