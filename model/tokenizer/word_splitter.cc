#include "model/tokenizer/word_splitter.h"

#include <cstdint>

#include "model/tokenizer/character_classes.h"

namespace clip::model::text {
namespace {

// In the order in which they are tried.
constexpr std::string_view kLiterals[] = {"<start_of_text>",
                                          "<end_of_text>",
                                          "'s",
                                          "'t",
                                          "'re",
                                          "'ve",
                                          "'m",
                                          "'ll",
                                          "'d"};
constexpr char32_t kLongS = 0x17F;

bool MatchesIgnoringCase(char32_t character, char lower) {
  if (lower < 'a' || lower > 'z') {
    return character == static_cast<char32_t>(lower);
  }
  return (character | 0x20) == static_cast<char32_t>(lower) ||
         (lower == 's' && character == kLongS);
}

size_t LiteralLength(std::u32string_view text) {
  if (text[0] != U'<' && text[0] != U'\'') return 0;
  for (const std::string_view literal : kLiterals) {
    if (literal.size() > text.size()) continue;
    size_t i = 0;
    while (i < literal.size() && MatchesIgnoringCase(text[i], literal[i])) ++i;
    if (i == literal.size()) return i;
  }
  return 0;
}

// How far the text stays in the class of its first character.
size_t RunLength(std::u32string_view text, uint16_t character_class) {
  const auto& classes = CharacterClasses();
  size_t length = 1;
  while (length < text.size() &&
         (classes[text[length]] & character_class) != 0) {
    ++length;
  }
  return length;
}

// Length of the word at the start of the text; 0 where none starts.
size_t WordLength(std::u32string_view text) {
  if (const size_t length = LiteralLength(text); length > 0) return length;
  const uint16_t classes = CharacterClasses()[text[0]];
  if ((classes & kLetter) != 0) return RunLength(text, kLetter);
  if ((classes & kNumber) != 0) return 1;
  return (classes & kOther) != 0 ? RunLength(text, kOther) : 0;
}

}  // namespace

bool WordSplitter::Next(std::u32string_view* word) {
  for (; position_ < text_.size(); ++position_) {
    const size_t length = WordLength(text_.substr(position_));
    if (length == 0) continue;
    *word = text_.substr(position_, length);
    position_ += length;
    return true;
  }
  return false;
}

}  // namespace clip::model::text
