#include "client/stream_item_check.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "client/utf8.h"

namespace clip::client {
namespace {

// Id, tags and lengths of one item, and the options of a first message.
constexpr size_t kEnvelopeBytes = 96;
// Of a number as a varint; negative ones are that long.
constexpr size_t kMaxVarintBytes = 10;

struct ContentSize {
  size_t operator()(const EncodedImage& image) const {
    return image.file.size();
  }
  size_t operator()(const RgbImage& image) const { return image.data.size(); }
  size_t operator()(const PixelValues& image) const {
    return image.data.size();
  }
  size_t operator()(const Image& image) const {
    return std::visit(ContentSize(), image);
  }
  size_t operator()(const std::string& text) const { return text.size(); }
  size_t operator()(const TokenIds& ids) const {
    return ids.size() * kMaxVarintBytes;
  }
};

}  // namespace

size_t SizeOf(const StreamItem& item) {
  return kEnvelopeBytes + std::visit(ContentSize(), item.content);
}

absl::Status CheckItem(const StreamItem& item, size_t max_bytes) {
  const size_t bytes = SizeOf(item);
  if (bytes > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the item has ", bytes, " bytes, more than the ",
                     max_bytes, " of max_message_bytes"));
  }
  const auto* const text = std::get_if<std::string>(&item.content);
  if (text != nullptr && !IsUtf8(*text)) {
    return absl::InvalidArgumentError("the text is not UTF-8");
  }
  return absl::OkStatus();
}

}  // namespace clip::client
