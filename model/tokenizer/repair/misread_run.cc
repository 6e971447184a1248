#include "model/tokenizer/repair/misread_run.h"

#include <cstdint>

#include "model/tokenizer/character_classes.h"

namespace clip::model::text {
namespace {

size_t LengthByFirst(uint16_t classes) {
  if ((classes & kFirstOfTwo) != 0) return 2;
  if ((classes & kFirstOfThree) != 0) return 3;
  return (classes & kFirstOfFour) != 0 ? 4 : 0;
}

size_t SequenceLength(std::u32string_view text, size_t position) {
  const auto& classes = CharacterClasses();
  const size_t length = LengthByFirst(classes[text[position]]);
  if (length > text.size() - position) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((classes[text[position + i]] & kContinuation) == 0) return 0;
  }
  return length;
}

}  // namespace

size_t MisreadRunLength(std::u32string_view text, size_t position) {
  if (position > 0 &&
      (CharacterClasses()[text[position - 1]] & kStrictContinuation) != 0) {
    return 0;
  }
  size_t end = position;
  while (end < text.size()) {
    const size_t length = SequenceLength(text, end);
    if (length == 0) break;
    end += length;
  }
  return end - position;
}

}  // namespace clip::model::text
