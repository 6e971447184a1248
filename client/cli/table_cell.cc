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

// The offset of character `index`, or the end where there are fewer.
size_t OffsetOf(std::string_view text, size_t index) {
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (!StartsCharacter(text[i])) continue;
    if (index == 0) break;
    --index;
  }
  return i;
}

std::string WithoutControls(std::string_view text) {
  std::string clean;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!IsControl(text, i)) {
      clean.push_back(text[i]);
      continue;
    }
    clean.push_back('?');
    if (static_cast<uint8_t>(text[i]) == 0xc2) ++i;
  }
  return clean;
}

// Characters that stay beside the ellipsis.
size_t Kept(size_t max_width) {
  return max_width - std::min(max_width, kEllipsis.size());
}

}  // namespace

std::string Printable(std::string_view text, size_t max_width) {
  std::string clean = WithoutControls(text);
  if (WidthOf(clean) <= max_width) return clean;
  clean.resize(OffsetOf(clean, Kept(max_width)));
  return clean + std::string(kEllipsis);
}

std::string PrintablePath(std::string_view path, size_t max_width) {
  std::string clean = WithoutControls(path);
  const size_t width = WidthOf(clean);
  if (width <= max_width) return clean;
  const size_t start = OffsetOf(clean, width - Kept(max_width));
  return std::string(kEllipsis) + clean.substr(start);
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
