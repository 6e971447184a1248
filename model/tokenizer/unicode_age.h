#ifndef MODEL_TOKENIZER_UNICODE_AGE_H_
#define MODEL_TOKENIZER_UNICODE_AGE_H_

namespace clip::model::text {

// The version of Unicode that the reference runs on (Python 3.11). ICU may
// know a later one; characters that came later are unassigned to us: no case,
// no combining class, no decomposition.
inline constexpr int kUnicodeVersion = 14;

// Whether the character is assigned in that version.
bool IsKnownCharacter(char32_t character);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_UNICODE_AGE_H_
