// What the reference's regular expressions and string methods say about each
// code point: Unicode 14 for Python's own, the `regex` package for the word
// pattern. From data/character_classes.inc.
#ifndef MODEL_TOKENIZER_CHARACTER_CLASSES_H_
#define MODEL_TOKENIZER_CHARACTER_CLASSES_H_

#include <cstdint>

#include "model/tokenizer/code_point_table.h"

namespace clip::model::text {

// Bits; a character has any number of them.
enum CharacterClass : uint16_t {
  // The three alternatives of the word pattern: \p{L}, \p{N} and the rest
  // that is not white space. U+0345 has none of them, as in the reference.
  kLetter = 1 << 0,
  kNumber = 1 << 1,
  kOther = 1 << 2,
  // Python's str.isspace, which str.split and str.strip follow.
  kSpace = 1 << 3,
  // \d: decimal digits of every script.
  kDecimalDigit = 1 << 4,
  // Places that a character takes in UTF-8 read as a single-byte encoding:
  // first of a sequence of two, three or four, or a later one. The strict
  // class leaves out spaces, dashes, quotes and others with a use of their own.
  kFirstOfTwo = 1 << 5,
  kFirstOfThree = 1 << 6,
  kFirstOfFour = 1 << 7,
  kContinuation = 1 << 8,
  kStrictContinuation = 1 << 9,
};

// Built on first use; about 2 MB.
const CodePointTable<uint16_t>& CharacterClasses();

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_CHARACTER_CLASSES_H_
