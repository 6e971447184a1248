#include "client/cli/text_source.h"

#include <string>
#include <utility>

#include "client/utf8.h"

namespace clip::client {
namespace {

SourceItem ToTextItem(LineReader::Line line) {
  SourceItem item{std::move(line.text), std::string()};
  if (line.is_cut) {
    item.content = absl::InvalidArgumentError(
        "the text is longer than one message may be");
  } else if (!IsUtf8(item.name)) {
    item.content = absl::InvalidArgumentError("the text is not UTF-8");
  } else {
    item.content = item.name;
  }
  return item;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextSource>> TextSource::Open(
    const TextInputs& inputs, std::istream& in, size_t max_bytes) {
  const absl::Status valid = inputs.Check();
  if (!valid.ok()) return valid;
  std::vector<Part> parts;
  const auto add_lines = [&](const std::string& path) {
    auto lines = LineReader::Open(path, in, max_bytes);
    if (!lines.ok()) return lines.status();
    parts.push_back({"", *std::move(lines)});
    return absl::OkStatus();
  };
  for (const std::string& argument : inputs.arguments) {
    if (argument != "-") {
      parts.push_back({argument, nullptr});
      continue;
    }
    const absl::Status added = add_lines(argument);
    if (!added.ok()) return added;
  }
  if (!inputs.texts_from.empty()) {
    const absl::Status added = add_lines(inputs.texts_from);
    if (!added.ok()) return added;
  }
  return std::unique_ptr<TextSource>(new TextSource(std::move(parts)));
}

bool TextSource::IsReady() {
  return next_ == parts_.size() || parts_[next_].lines == nullptr ||
         parts_[next_].lines->IsReady();
}

std::optional<SourceItem> TextSource::Next() {
  while (next_ < parts_.size()) {
    Part& part = parts_[next_];
    if (part.lines == nullptr) {
      ++next_;
      return ToTextItem({std::move(part.text)});
    }
    std::optional<LineReader::Line> line = part.lines->Next();
    if (line.has_value()) return ToTextItem(*std::move(line));
    ++next_;
  }
  return std::nullopt;
}

}  // namespace clip::client
