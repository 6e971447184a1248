// UTF-8 to code points and back. Strict: no overlong form, no surrogate,
// nothing above U+10FFFF, nothing cut short. NUL is a character like others.
#ifndef MODEL_TOKENIZER_UTF8_TEXT_H_
#define MODEL_TOKENIZER_UTF8_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model::text {

// Reads the character that starts at `position` of `bytes` (position must be
// inside). Returns its length in bytes, or 0 where it is not valid UTF-8.
size_t ReadUtf8Character(std::string_view bytes, size_t position,
                         char32_t* character);

// INVALID_ARGUMENT with the byte offset of the first invalid sequence.
absl::StatusOr<std::u32string> DecodeUtf8(std::string_view bytes);

// Appends the UTF-8 form of a valid code point.
void AppendUtf8(char32_t character, std::string* bytes);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_UTF8_TEXT_H_
