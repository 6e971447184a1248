#ifndef MODEL_TOKENIZER_REPAIR_ENTITY_REPAIR_H_
#define MODEL_TOKENIZER_REPAIR_ENTITY_REPAIR_H_

#include <string>
#include <string_view>

namespace clip::model::text {

// Replaces the character references that are certainly meant as such: those
// with a semicolon, of at most 24 letters and digits, and names that are
// written in capitals throughout. Stricter than UnescapeHtml.
std::u32string UnescapeCertainEntities(std::u32string_view text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_ENTITY_REPAIR_H_
