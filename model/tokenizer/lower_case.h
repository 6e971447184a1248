#ifndef MODEL_TOKENIZER_LOWER_CASE_H_
#define MODEL_TOKENIZER_LOWER_CASE_H_

#include <string>
#include <string_view>

namespace clip::model::text {

// Python's str.lower with Unicode 14: one character at a time, but for U+0130,
// which becomes two, and for a capital sigma at the end of a word, which
// becomes U+03C2. No locale.
std::u32string LowerCase(std::u32string_view text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_LOWER_CASE_H_
