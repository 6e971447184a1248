#include "client/cli/image_source.h"

#include <algorithm>
#include <utility>

namespace clip::client {
namespace {

// The longest path that a system takes, and more.
constexpr size_t kMaxPathBytes = 64 << 10;

}  // namespace

ImageSource::ImageSource(std::deque<std::string> named,
                         std::unique_ptr<LineReader> list, std::istream& in,
                         size_t max_bytes)
    : named_(std::move(named)),
      list_(std::move(list)),
      in_(in),
      max_bytes_(max_bytes) {}

absl::StatusOr<std::unique_ptr<ImageSource>> ImageSource::Open(
    const ImageInputs& inputs, std::istream& in, size_t max_bytes) {
  if (inputs.arguments.empty() && inputs.files_from.empty()) {
    return absl::InvalidArgumentError("no picture given");
  }
  const auto stdin_uses =
      std::count(inputs.arguments.begin(), inputs.arguments.end(), "-") +
      (inputs.files_from == "-" ? 1 : 0);
  if (stdin_uses > 1) {
    return absl::InvalidArgumentError("standard input is named twice");
  }
  std::unique_ptr<LineReader> list;
  if (!inputs.files_from.empty()) {
    auto opened = LineReader::Open(inputs.files_from, in, kMaxPathBytes);
    if (!opened.ok()) return opened.status();
    list = *std::move(opened);
  }
  return std::unique_ptr<ImageSource>(
      new ImageSource({inputs.arguments.begin(), inputs.arguments.end()},
                      std::move(list), in, max_bytes));
}

bool ImageSource::IsReady() {
  return !found_.empty() || !named_.empty() || list_ == nullptr ||
         list_->IsReady();
}

std::optional<SourceItem> ImageSource::Next() {
  while (found_.empty()) {
    const std::optional<std::string> name = NextName();
    if (!name.has_value()) return std::nullopt;
    for (std::string& path : PicturesOf(*name)) {
      found_.push_back(std::move(path));
    }
  }
  std::string path = std::move(found_.front());
  found_.pop_front();
  absl::StatusOr<std::string> content = LoadPicture(path, in_, max_bytes_);
  return SourceItem{std::move(path), std::move(content)};
}

std::optional<std::string> ImageSource::NextName() {
  if (!named_.empty()) {
    std::string name = std::move(named_.front());
    named_.pop_front();
    return name;
  }
  if (list_ == nullptr) return std::nullopt;
  std::optional<LineReader::Line> line = list_->Next();
  if (!line.has_value()) return std::nullopt;
  return std::move(line->text);
}

}  // namespace clip::client
