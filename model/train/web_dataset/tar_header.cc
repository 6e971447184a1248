#include "model/train/web_dataset/tar_header.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

// Places of the fields: first byte and length.
struct Field {
  size_t start;
  size_t length;
};
constexpr Field kName = {0, 100};
constexpr Field kSize = {124, 12};
constexpr Field kChecksum = {148, 8};
constexpr Field kMagic = {257, 6};
constexpr Field kPrefix = {345, 155};
constexpr size_t kTypeAt = 156;
// The magic, with its NUL.
constexpr char kUstar[] = "ustar";

std::string_view BytesOf(std::string_view block, const Field& field) {
  return block.substr(field.start, field.length);
}

// Up to the first NUL.
std::string_view TextOf(std::string_view block, const Field& field) {
  const std::string_view bytes = BytesOf(block, field);
  return bytes.substr(0, bytes.find('\0'));
}

std::optional<uint64_t> ParseOctal(std::string_view text) {
  uint64_t value = 0;
  for (const char digit : absl::StripAsciiWhitespace(
           absl::string_view(text.data(), text.size()))) {
    if (digit < '0' || digit > '7') return std::nullopt;
    value = value * 8 + static_cast<uint64_t>(digit - '0');
  }
  return value;
}

// GNU's form for sizes that octal has no room for: 0x80, then the bytes.
std::optional<uint64_t> ParseBase256(std::string_view bytes) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  if (static_cast<uint8_t>(bytes.front()) != 0x80) return std::nullopt;
  uint64_t value = 0;
  for (const char byte : bytes.substr(1)) {
    if (value > kMost >> 8) return std::nullopt;
    value = value << 8 | static_cast<uint8_t>(byte);
  }
  return value;
}

bool ChecksumFits(std::string_view block) {
  const auto expected = ParseOctal(TextOf(block, kChecksum));
  // Some writers take the bytes as signed.
  int64_t plain = 0;
  int64_t with_sign = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const bool own = i - kChecksum.start < kChecksum.length;
    const char byte = own ? ' ' : block[i];
    plain += static_cast<uint8_t>(byte);
    with_sign += static_cast<int8_t>(byte);
  }
  return expected && (static_cast<int64_t>(*expected) == plain ||
                      static_cast<int64_t>(*expected) == with_sign);
}

}  // namespace

absl::StatusOr<std::optional<TarHeader>> ParseTarHeader(
    std::string_view block) {
  if (std::all_of(block.begin(), block.end(),
                  [](char byte) { return byte == '\0'; })) {
    return std::nullopt;
  }
  if (!ChecksumFits(block)) {
    return absl::InvalidArgumentError("the header's checksum does not fit");
  }
  TarHeader header;
  header.type = block[kTypeAt];
  header.name = std::string(TextOf(block, kName));
  const std::string_view prefix = TextOf(block, kPrefix);
  // GNU keeps other things there.
  if (!prefix.empty() &&
      BytesOf(block, kMagic) == std::string_view(kUstar, sizeof(kUstar))) {
    header.name = absl::StrCat(std::string(prefix), "/", header.name);
  }
  const std::string_view size = BytesOf(block, kSize);
  const auto bytes = (static_cast<uint8_t>(size.front()) & 0x80U) != 0
                         ? ParseBase256(size)
                         : ParseOctal(TextOf(block, kSize));
  if (!bytes) {
    return absl::InvalidArgumentError(
        "the header's size is not a number, negative or too large");
  }
  header.size = *bytes;
  return header;
}

}  // namespace clip::model
