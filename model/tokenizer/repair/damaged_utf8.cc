#include "model/tokenizer/repair/damaged_utf8.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace clip::model::text {
namespace {

constexpr uint8_t kLostByte = 0x1A;
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

bool In(uint8_t byte, uint8_t first, uint8_t last) {
  return byte >= first && byte <= last;
}

bool IsContinuation(uint8_t byte) { return In(byte, 0x80, 0xBF); }

// A later byte of three in which a space is believed: 0x85 and 0xA0 are not.
bool IsPlausibleOfThree(uint8_t byte) {
  return IsContinuation(byte) && byte != 0x85 && byte != 0xA0;
}

uint8_t At(std::string_view bytes, size_t i) {
  return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0;
}

bool IsAlteredOfTwo(std::string_view b) {
  const uint8_t lead = At(b, 0);
  const bool plausible = lead == 0xC2 || lead == 0xC3 || lead == 0xC5 ||
                         lead == 0xCE || lead == 0xD0 || lead == 0xD9;
  return plausible && At(b, 1) == ' ';
}

bool IsAlteredOfThree(std::string_view b) {
  const uint8_t lead = At(b, 0);
  if (!In(lead, 0xE0, 0xE3)) return false;
  if (At(b, 1) == ' ') return lead >= 0xE2 && IsPlausibleOfThree(At(b, 2));
  return IsPlausibleOfThree(At(b, 1)) && At(b, 2) == ' ';
}

bool IsAlteredOfFour(std::string_view b) {
  if (At(b, 0) != 0xF0) return false;
  int spaces = 0;
  for (size_t i = 1; i < 4; ++i) {
    if (At(b, i) == ' ') {
      ++spaces;
    } else if (!IsContinuation(At(b, i))) {
      return false;
    }
  }
  return spaces == 1;
}

// Length of the sequence with a space for 0xA0 at the start, 0 if none.
size_t AlteredLength(std::string_view bytes) {
  if (At(bytes, 0) < 0x80) return 0;
  if (IsAlteredOfTwo(bytes)) return 2;
  if (IsAlteredOfThree(bytes)) return 3;
  return IsAlteredOfFour(bytes) ? 4 : 0;
}

bool HasAlteredSequence(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (AlteredLength(bytes.substr(i)) > 0) return true;
  }
  return false;
}

bool StartsWith(std::string_view bytes, std::string_view prefix) {
  return bytes.substr(0, prefix.size()) == prefix;
}

// Whether 0xC3 and a space at the start are "a grave" as a whole word. Another
// space, or the rest of some Portuguese words, says that they are not.
bool IsGraveWord(std::string_view bytes) {
  if (!StartsWith(bytes, "\xC3 ")) return false;
  const std::string_view rest = bytes.substr(2);
  for (const std::string_view next : {" ", "quele", "quela", "quilo", "s "}) {
    if (StartsWith(rest, next)) return false;
  }
  return true;
}

std::string SeparateGraveWords(std::string_view bytes) {
  std::string separated;
  separated.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    separated.push_back(bytes[i]);
    if (IsGraveWord(bytes.substr(i))) separated.push_back('\xA0');
  }
  return separated;
}

// Whether the bytes at the start are `count` later bytes of a sequence of
// which one or more were lost; a '?' stands for at most one of them.
bool IsLossyTail(std::string_view bytes, size_t count) {
  int lost = 0;
  int question_marks = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint8_t byte = At(bytes, i);
    if (byte == kLostByte) {
      ++lost;
    } else if (byte == '?') {
      ++question_marks;
    } else if (!IsContinuation(byte)) {
      return false;
    }
  }
  return question_marks <= 1 && lost + question_marks > 0;
}

bool IsLostByte(uint8_t byte) { return byte == kLostByte || byte == '?'; }

bool IsLossySurrogatePair(std::string_view b) {
  if (At(b, 0) != 0xED || !In(At(b, 1), 0xA0, 0xAF)) return false;
  if (At(b, 3) != 0xED || !In(At(b, 4), 0xB0, 0xBF)) return false;
  const uint8_t middle = At(b, 2);
  const uint8_t last = At(b, 5);
  if (!IsLostByte(middle) && !IsContinuation(middle)) return false;
  if (!IsLostByte(last) && !IsContinuation(last)) return false;
  return IsLostByte(middle) || IsLostByte(last);
}

size_t LossyLength(std::string_view bytes) {
  const uint8_t lead = At(bytes, 0);
  if (lead == kLostByte) return 1;
  if (In(lead, 0xC2, 0xDF) && At(bytes, 1) == kLostByte) return 2;
  if (In(lead, 0xC2, 0xC3) && At(bytes, 1) == '?') return 2;
  if (IsLossySurrogatePair(bytes)) return 6;
  if (In(lead, 0xE0, 0xEF)) return IsLossyTail(bytes.substr(1), 2) ? 3 : 0;
  if (In(lead, 0xF0, 0xF4)) return IsLossyTail(bytes.substr(1), 3) ? 4 : 0;
  return 0;
}

}  // namespace

std::string RestoreNoBreakSpaces(std::string bytes) {
  if (!HasAlteredSequence(bytes)) return bytes;
  std::string restored = SeparateGraveWords(bytes);
  for (size_t i = 0; i < restored.size();) {
    const size_t length = AlteredLength(std::string_view(restored).substr(i));
    const auto begin = restored.begin() + static_cast<ptrdiff_t>(i);
    std::replace(begin, begin + static_cast<ptrdiff_t>(length), ' ', '\xA0');
    i += std::max<size_t>(length, 1);
  }
  return restored;
}

std::string ReplaceLossySequences(std::string_view bytes) {
  std::string replaced;
  replaced.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const size_t length = LossyLength(bytes.substr(i));
    if (length == 0) {
      replaced.push_back(bytes[i++]);
      continue;
    }
    replaced += kReplacementBytes;
    i += length;
  }
  return replaced;
}

}  // namespace clip::model::text
