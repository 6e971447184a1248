#include "model/tokenizer/repair/character_repair.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "model/tokenizer/character_classes.h"
#include "model/tokenizer/repair/single_byte_encodings.h"

namespace clip::model::text {
namespace {

constexpr char32_t kEscape = 0x1B;

struct Replacement {
  char32_t character;
  char32_t replacement[3];
};

constexpr Replacement kLigatures[] = {
#include "model/tokenizer/data/ligatures.inc"
};
constexpr Replacement kWidths[] = {
#include "model/tokenizer/data/character_widths.inc"
};

template <size_t kCount>
std::u32string Replace(std::u32string_view text,
                       const Replacement (&table)[kCount]) {
  std::u32string replaced;
  replaced.reserve(text.size());
  for (const char32_t c : text) {
    const auto* found =
        c < table[0].character
            ? std::end(table)
            : std::lower_bound(std::begin(table), std::end(table), c,
                               [](const Replacement& entry, char32_t key) {
                                 return entry.character < key;
                               });
    if (found == std::end(table) || found->character != c) {
      replaced.push_back(c);
      continue;
    }
    for (const char32_t part : found->replacement) {
      if (part != 0) replaced.push_back(part);
    }
  }
  return replaced;
}

char32_t StraightQuote(char32_t c) {
  if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) return U'\'';
  return c >= 0x201C && c <= 0x201F ? U'"' : c;
}

bool IsLineBreak(char32_t c) {
  return c == U'\r' || c == 0x2028 || c == 0x2029 || c == 0x85;
}

bool IsAsciiLetter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

// Length of the escape sequence at `begin`, 0 where it is none.
size_t EscapeLength(std::u32string_view text, size_t begin) {
  size_t i = begin + 1;
  if (i >= text.size() || text[i] != U'[') return 0;
  ++i;
  while (i < text.size() &&
         (text[i] == U';' || (CharacterClasses()[text[i]] & kDecimalDigit))) {
    ++i;
  }
  return i < text.size() && IsAsciiLetter(text[i]) ? i + 1 - begin : 0;
}

bool IsDroppedControl(char32_t c) {
  if (c < 0x20) return c != U'\t' && c != U'\n' && c != U'\f' && c != U'\r';
  return c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFC);
}

}  // namespace

std::u32string FixC1Controls(std::u32string text) {
  for (char32_t& c : text) {
    if (c >= 0x80 && c <= 0x9F) {
      c = SingleByteEncodings::Get().Decode(SingleByteEncoding::kWindows1252,
                                            static_cast<uint8_t>(c));
    }
  }
  return text;
}

std::u32string FixLigatures(std::u32string_view text) {
  return Replace(text, kLigatures);
}

std::u32string FixCharacterWidths(std::u32string_view text) {
  return Replace(text, kWidths);
}

std::u32string UncurlQuotes(std::u32string text) {
  for (char32_t& c : text) c = StraightQuote(c);
  return text;
}

std::u32string FixLineBreaks(std::u32string_view text) {
  std::u32string fixed;
  fixed.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == U'\n' && i > 0 && text[i - 1] == U'\r') continue;
    fixed.push_back(IsLineBreak(text[i]) ? U'\n' : text[i]);
  }
  return fixed;
}

std::u32string RemoveTerminalEscapes(std::u32string_view text) {
  std::u32string kept;
  kept.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = text[i] == kEscape ? EscapeLength(text, i) : 0;
    if (length == 0) kept.push_back(text[i]);
    i += std::max<size_t>(length, 1);
  }
  return kept;
}

std::u32string RemoveControls(std::u32string text) {
  text.erase(std::remove_if(text.begin(), text.end(), IsDroppedControl),
             text.end());
  return text;
}

std::u32string RepairCharacters(std::u32string text) {
  text = FixLigatures(FixC1Controls(std::move(text)));
  text = UncurlQuotes(FixCharacterWidths(text));
  text = RemoveTerminalEscapes(FixLineBreaks(text));
  return RemoveControls(std::move(text));
}

}  // namespace clip::model::text
