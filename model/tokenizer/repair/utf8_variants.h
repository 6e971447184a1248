#ifndef MODEL_TOKENIZER_REPAIR_UTF8_VARIANTS_H_
#define MODEL_TOKENIZER_REPAIR_UTF8_VARIANTS_H_

#include <optional>
#include <string>
#include <string_view>

namespace clip::model::text {

// Decodes UTF-8; nullopt where a byte does not fit.
std::optional<std::u32string> DecodeStrictUtf8(std::string_view bytes);

// Also takes surrogate pairs of three bytes each (CESU-8) and the two bytes
// C0 80 for NUL (Java). As in the reference, a final newline counts as the
// missing last byte of either.
std::optional<std::u32string> DecodeUtf8Variants(std::string_view bytes);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_UTF8_VARIANTS_H_
