// Character references of HTML, as Python's html.unescape reads them.
#ifndef MODEL_TOKENIZER_HTML_ENTITIES_H_
#define MODEL_TOKENIZER_HTML_ENTITIES_H_

#include <string>
#include <string_view>

namespace clip::model::text {

// What a reference stands for: up to three code points, 0 behind the last.
struct HtmlEntity {
  const char* name;  // without the ampersand; with the semicolon if it has one
  char32_t characters[3];
};

// The HTML 5 entity of exactly this name ("amp;", "amp"), or nullptr.
const HtmlEntity* FindHtmlEntity(std::u32string_view name);

// The entity that ftfy reads although its name is in capitals ("NTILDE;"), or
// nullptr. Disjoint from the above.
const HtmlEntity* FindUppercaseEntity(std::u32string_view name);

// Appends what the entity stands for.
void AppendEntity(const HtmlEntity& entity, std::u32string* text);

// Replaces every character reference, with a semicolon or without. Numbers
// follow the standard: 0x80 to 0x9F are read as Windows-1252, surrogates and
// values beyond Unicode become U+FFFD, other control codes and non-characters
// vanish. A reference of more than 4300 digits, on which Python raises, is a
// value beyond Unicode here or, with leading zeros, the number that it is.
std::u32string UnescapeHtml(std::u32string_view text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_HTML_ENTITIES_H_
