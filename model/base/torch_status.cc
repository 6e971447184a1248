#include "model/base/torch_status.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace clip::model {
namespace {

absl::Status Exhausted() {
  return absl::ResourceExhaustedError("memory for the model is short");
}

// Memory can run out where no allocator of LibTorch is asked: the host's has no
// exception type of its own, and the libraries of a GPU have their own words.
bool IsForMemory(absl::string_view message) {
  for (const absl::string_view sign :
       {"DefaultCPUAllocator", "out of memory", "_STATUS_ALLOC_FAILED"}) {
    if (absl::StrContains(message, sign)) return true;
  }
  return false;
}

// One line is enough for a log; LibTorch adds hints in further ones.
absl::string_view FirstLine(absl::string_view message) {
  return message.substr(0, message.find('\n'));
}

}  // namespace

absl::Status CatchTorchErrors(absl::FunctionRef<void()> work) {
  try {
    work();
    return absl::OkStatus();
  } catch (const c10::OutOfMemoryError&) {
    return Exhausted();
  } catch (const std::bad_alloc&) {
    return Exhausted();
  } catch (const c10::DistError& error) {
    return absl::UnavailableError(FirstLine(error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    if (IsForMemory(FirstLine(message))) return Exhausted();
    return absl::InternalError(
        absl::StrCat("the model failed: ", FirstLine(message)));
  } catch (const std::exception& error) {
    return absl::InternalError(
        absl::StrCat("the model failed: ", FirstLine(error.what())));
  } catch (...) {
    return absl::InternalError("the model failed");
  }
}

}  // namespace clip::model
