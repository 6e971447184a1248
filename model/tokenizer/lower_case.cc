#include "model/tokenizer/lower_case.h"

#include <unicode/uchar.h>

#include <cstddef>

#include "model/tokenizer/unicode_age.h"

namespace clip::model::text {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kCapitalIWithDot = 0x130;
constexpr char32_t kCombiningDotAbove = 0x307;

bool Is(char32_t character, UProperty property) {
  return u_hasBinaryProperty(static_cast<UChar32>(character), property) &&
         IsKnownCharacter(character);
}

bool IsCased(char32_t character) { return Is(character, UCHAR_CASED); }

bool IsCaseIgnorable(char32_t character) {
  return Is(character, UCHAR_CASE_IGNORABLE);
}

// Whether the sigma at `position` ends a word: a cased character before it
// and none behind it, case-ignorable ones skipped on both sides. The walks
// stop at the next sigma, which is cased, so all walks together are linear.
bool EndsWord(std::u32string_view text, size_t position) {
  size_t before = position;
  while (before > 0 && IsCaseIgnorable(text[before - 1])) --before;
  if (before == 0 || !IsCased(text[before - 1])) return false;
  size_t after = position + 1;
  while (after < text.size() && IsCaseIgnorable(text[after])) ++after;
  return after == text.size() || !IsCased(text[after]);
}

char32_t LowerCharacter(char32_t character) {
  if (character < 0x80) {
    return character >= 'A' && character <= 'Z' ? character + 32 : character;
  }
  const auto lower =
      static_cast<char32_t>(u_tolower(static_cast<UChar32>(character)));
  return lower == character || !IsKnownCharacter(character) ? character : lower;
}

}  // namespace

std::u32string LowerCase(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kCapitalSigma) {
      lower.push_back(EndsWord(text, i) ? kFinalSigma : kSmallSigma);
    } else if (text[i] == kCapitalIWithDot) {
      lower.push_back(U'i');
      lower.push_back(kCombiningDotAbove);
    } else {
      lower.push_back(LowerCharacter(text[i]));
    }
  }
  return lower;
}

}  // namespace clip::model::text
