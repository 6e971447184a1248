#include "model/tokenizer/unicode_age.h"

#include <unicode/uchar.h>

namespace clip::model::text {

bool IsKnownCharacter(char32_t character) {
  if (character < 0x80) return true;
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(character), age);
  return age[0] != 0 && age[0] <= kUnicodeVersion;
}

}  // namespace clip::model::text
