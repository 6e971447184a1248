#include "client/cli/table_cell.h"

#include <algorithm>
#include <cstdint>

namespace clip::client {
namespace {

constexpr std::string_view kEllipsis = "...";

bool StartsCharacter(char byte) {
  return (static_cast<uint8_t>(byte) & 0xc0) != 0x80;
}

// C0 and DEL; the C1 controls U+0080 to U+009F begin with this lead byte.
bool IsControl(std::string_view text, size_t i) {
  const auto byte = static_cast<uint8_t>(text[i]);
  if (byte < 0x20 || byte == 0x7f) return true;
  return byte == 0xc2 && i + 1 < text.size() &&
         static_cast<uint8_t>(text[i + 1]) < 0xa0;
}

// The first `count` characters.
std::string_view Prefix(std::string_view text, size_t count) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (!StartsCharacter(text[i])) continue;
    if (count == 0) break;
    --count;
  }
  return text.substr(0, i);
}

}  // namespace

std::string Printable(std::string_view text, size_t max_width) {
  std::string clean;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsControl(text, i)) {
      clean.push_back(text[i]);
      continue;
    }
    clean.push_back('?');
    if (static_cast<uint8_t>(text[i]) == 0xc2) ++i;
  }
  if (WidthOf(clean) <= max_width) return clean;
  const size_t kept = max_width - std::min(max_width, kEllipsis.size());
  return std::string(Prefix(clean, kept)) + std::string(kEllipsis);
}

size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), StartsCharacter));
}

std::string PadRight(std::string text, size_t width) {
  const size_t used = WidthOf(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

size_t ColumnWidth(const std::vector<std::string>& names, size_t max_width) {
  size_t width = 0;
  for (const std::string& name : names) {
    width = std::max(width, WidthOf(Printable(name, max_width)));
  }
  return width;
}

}  // namespace clip::client
