#include "model/tokenizer/html_entities.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace clip::model::text {
namespace {

constexpr HtmlEntity kEntities[] = {
#include "model/tokenizer/data/html_entities.inc"
};
constexpr HtmlEntity kUppercaseEntities[] = {
#include "model/tokenizer/data/uppercase_entities.inc"
};

// A name and its semicolon; longer ones are not looked at by the reference.
constexpr size_t kLongestEntity = 32;
constexpr char32_t kBeyondUnicode = 0x110000;
constexpr char32_t kReplacementCharacter = 0xFFFD;
constexpr char32_t kRemoved = 0xFFFFFFFF;
// References to 0x80 to 0x9F; 0 stands for the control code itself.
constexpr char32_t kWindows1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

template <size_t kCount>
const HtmlEntity* Find(const HtmlEntity (&entities)[kCount],
                       std::u32string_view name) {
  if (name.size() > kLongestEntity) return nullptr;
  char ascii[kLongestEntity];
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] >= 0x80) return nullptr;
    ascii[i] = static_cast<char>(name[i]);
  }
  const std::string_view key(ascii, name.size());
  const auto* found =
      std::lower_bound(std::begin(entities), std::end(entities), key,
                       [](const HtmlEntity& entity, std::string_view wanted) {
                         return entity.name < wanted;
                       });
  return found != std::end(entities) && found->name == key ? found : nullptr;
}

bool IsNonCharacter(char32_t value) {
  return (value >= 0xFDD0 && value <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE;
}

bool IsControlReference(char32_t value) {
  return (value >= 0x1 && value <= 0x8) || value == 0xB ||
         (value >= 0xE && value <= 0x1F) || value == 0x7F;
}

// The character of a numeric reference, or kRemoved.
char32_t CharacterOfNumber(char32_t value) {
  if (value >= 0x80 && value <= 0x9F) {
    const char32_t windows = kWindows1252[value - 0x80];
    return windows != 0 ? windows : value;
  }
  if (value == 0 || value >= kBeyondUnicode ||
      (value >= 0xD800 && value <= 0xDFFF)) {
    return kReplacementCharacter;
  }
  return IsControlReference(value) || IsNonCharacter(value) ? kRemoved : value;
}

// The value of a digit in the base, or the base itself.
char32_t DigitValue(char32_t digit, char32_t base) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (base == 16 && digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (base == 16 && digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return base;
}

// Reads "#65;" or "#x41" at the start of `text`. Returns the characters
// consumed, 0 where it is no reference.
size_t ReadNumber(std::u32string_view text, std::u32string* out) {
  const bool hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  const char32_t base = hex ? 16 : 10;
  const size_t first = hex ? 2 : 1;
  size_t end = first;
  char32_t value = 0;
  for (; end < text.size(); ++end) {
    const char32_t digit = DigitValue(text[end], base);
    if (digit == base) break;
    value = std::min<char32_t>(value * base + digit, kBeyondUnicode);
  }
  if (end == first) return 0;
  const char32_t character = CharacterOfNumber(value);
  if (character != kRemoved) out->push_back(character);
  return end < text.size() && text[end] == ';' ? end + 1 : end;
}

bool EndsName(char32_t character) {
  return character == '\t' || character == '\n' || character == '\f' ||
         character == ' ' || character == '<' || character == '&' ||
         character == '#' || character == ';';
}

// Reads a name at the start of `text`: the whole of it or, where that is no
// entity, its longest beginning that is one. Returns the characters consumed.
size_t ReadName(std::u32string_view text, std::u32string* out) {
  size_t end = 0;
  while (end < text.size() && end < kLongestEntity && !EndsName(text[end]))
    ++end;
  if (end == 0) return 0;
  if (end < text.size() && text[end] == ';') ++end;
  for (size_t length = end; length > 1; --length) {
    const HtmlEntity* entity = FindHtmlEntity(text.substr(0, length));
    if (entity == nullptr) continue;
    AppendEntity(*entity, out);
    return length;
  }
  return 0;
}

}  // namespace

const HtmlEntity* FindHtmlEntity(std::u32string_view name) {
  return Find(kEntities, name);
}

const HtmlEntity* FindUppercaseEntity(std::u32string_view name) {
  return Find(kUppercaseEntities, name);
}

void AppendEntity(const HtmlEntity& entity, std::u32string* text) {
  for (const char32_t character : entity.characters) {
    if (character != 0) text->push_back(character);
  }
}

std::u32string UnescapeHtml(std::u32string_view text) {
  std::u32string unescaped;
  unescaped.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    size_t consumed = 0;
    if (text[i] == '&' && i + 1 < text.size()) {
      const std::u32string_view rest = text.substr(i + 1);
      consumed = rest[0] == '#' ? ReadNumber(rest, &unescaped)
                                : ReadName(rest, &unescaped);
    }
    if (consumed == 0) unescaped.push_back(text[i]);
    i += consumed + 1;
  }
  return unescaped;
}

}  // namespace clip::model::text
