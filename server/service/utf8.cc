#include "server/service/utf8.h"

#include <cstddef>

namespace clip::server {
namespace {

// Length of the UTF-8 sequence at the front of `text`, or 0 where there is
// none: overlong forms, surrogates and values above U+10FFFF are refused.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto is_tail = [&byte](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (!is_tail(1)) return 0;
  if (lead < 0xE0) return 2;
  if (!is_tail(2)) return 0;
  const unsigned second = byte(1);
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead < 0xF0) return 3;
  if (!is_tail(3)) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead > 0xF4 || (lead == 0xF4 && second > 0x8F)) return 0;
  return 4;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace clip::server
