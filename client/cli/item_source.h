#ifndef CLIENT_CLI_ITEM_SOURCE_H_
#define CLIENT_CLI_ITEM_SOURCE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace clip::client {

// One input of a bulk run.
struct SourceItem {
  // What the user calls it: a path, or the text itself.
  std::string name;
  // A picture's bytes or a text; or why there is none.
  absl::StatusOr<std::string> content;
};

// The inputs of a bulk run, one after the other, so that their number does not
// matter. Used by one thread.
class ItemSource {
 public:
  virtual ~ItemSource() = default;

  // False where Next would wait for somebody to write to standard input.
  virtual bool IsReady() { return true; }

  // Nothing after the last one.
  virtual std::optional<SourceItem> Next() = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_ITEM_SOURCE_H_
