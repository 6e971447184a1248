#include "client/load/run_result.h"

namespace clip::client::load {

absl::string_view NameOf(RunEnd end) {
  switch (end) {
    case RunEnd::kComplete:
      return "complete";
    case RunEnd::kStable:
      return "stable";
    case RunEnd::kInterrupted:
      return "interrupted";
    case RunEnd::kServerGone:
      return "server_gone";
  }
  return "";
}

}  // namespace clip::client::load
