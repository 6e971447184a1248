// Repairs that look at single characters, or at a few side by side.
#ifndef MODEL_TOKENIZER_REPAIR_CHARACTER_REPAIR_H_
#define MODEL_TOKENIZER_REPAIR_CHARACTER_REPAIR_H_

#include <string>
#include <string_view>

namespace clip::model::text {

// C1 control codes become the characters that Windows-1252 has there.
std::u32string FixC1Controls(std::u32string text);

// Ligatures of Latin letters become the letters.
std::u32string FixLigatures(std::u32string_view text);

// Full-width and half-width forms become the usual ones.
std::u32string FixCharacterWidths(std::u32string_view text);

// Curly single and double quotes become straight ones.
std::u32string UncurlQuotes(std::u32string text);

// CR LF, CR, U+2028, U+2029 and U+0085 become a newline.
std::u32string FixLineBreaks(std::u32string_view text);

// Drops "ESC [ digits letter", digits of any script and semicolons.
std::u32string RemoveTerminalEscapes(std::u32string_view text);

// Drops control characters that show nothing: most of C0, DEL, the deprecated
// format characters, interlinear annotation, U+FFFC and the byte order mark.
std::u32string RemoveControls(std::u32string text);

// All of the above, in this order.
std::u32string RepairCharacters(std::u32string text);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_REPAIR_CHARACTER_REPAIR_H_
