#ifndef CLIENT_CLI_TEXT_SOURCE_H_
#define CLIENT_CLI_TEXT_SOURCE_H_

#include <cstddef>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/item_source.h"
#include "client/cli/line_reader.h"
#include "client/cli/text_inputs.h"

namespace clip::client {

// The texts that a command line names, read while they are asked for: the same
// ones as TextInputs::Collect gives, in the same order.
class TextSource : public ItemSource {
 public:
  // `in` is borrowed. Longer texts than `max_bytes` fail. INVALID_ARGUMENT
  // where nothing names a text, NOT_FOUND where a file cannot be read.
  static absl::StatusOr<std::unique_ptr<TextSource>> Open(
      const TextInputs& inputs, std::istream& in, size_t max_bytes);

  bool IsReady() override;
  std::optional<SourceItem> Next() override;

 private:
  // One argument, or the lines that it stands for.
  struct Part {
    std::string text;
    std::unique_ptr<LineReader> lines;
  };

  explicit TextSource(std::vector<Part> parts) : parts_(std::move(parts)) {}

  std::vector<Part> parts_;
  size_t next_ = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_TEXT_SOURCE_H_
