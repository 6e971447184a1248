#ifndef CLIENT_CLI_IMAGE_SOURCE_H_
#define CLIENT_CLI_IMAGE_SOURCE_H_

#include <cstddef>
#include <deque>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/image_inputs.h"
#include "client/cli/item_source.h"
#include "client/cli/line_reader.h"

namespace clip::client {

// The pictures that a command line names, found and read while they are asked
// for: the same ones as ImageInputs::Collect gives, in the same order. The
// paths of one folder are kept at a time, and none of a list of files.
class ImageSource : public ItemSource {
 public:
  // `in` is borrowed. Larger pictures than `max_bytes` fail. INVALID_ARGUMENT
  // where nothing names a picture, NOT_FOUND where a list cannot be read.
  static absl::StatusOr<std::unique_ptr<ImageSource>> Open(
      const ImageInputs& inputs, std::istream& in, size_t max_bytes);

  bool IsReady() override;
  std::optional<SourceItem> Next() override;

 private:
  ImageSource(std::deque<std::string> named, std::unique_ptr<LineReader> list,
              std::istream& in, size_t max_bytes);

  // The next argument or line of the list.
  std::optional<std::string> NextName();

  std::deque<std::string> named_;
  // Null = none.
  const std::unique_ptr<LineReader> list_;
  std::istream& in_;
  const size_t max_bytes_;
  // Paths of the folder that was named last.
  std::deque<std::string> found_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_IMAGE_SOURCE_H_
