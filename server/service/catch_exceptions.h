#ifndef SERVER_SERVICE_CATCH_EXCEPTIONS_H_
#define SERVER_SERVICE_CATCH_EXCEPTIONS_H_

#include <exception>

#include "absl/status/status.h"

namespace clip::server {

// Runs a function that returns absl::Status; what it throws becomes INTERNAL
// with the exception's text. An exception that got as far as gRPC would be
// answered with UNIMPLEMENTED.
template <typename Function>
absl::Status CatchExceptions(Function function) {
  try {
    return function();
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  } catch (...) {
    return absl::InternalError("an exception of unknown type");
  }
}

}  // namespace clip::server

#endif  // SERVER_SERVICE_CATCH_EXCEPTIONS_H_
