#include "model/tokenizer/repair/entity_repair.h"

#include <cstddef>

#include "model/tokenizer/html_entities.h"

namespace clip::model::text {
namespace {

constexpr size_t kLongestName = 24;

bool IsAlphanumeric(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') ||
         (c >= U'a' && c <= U'z');
}

// Length of "&name;" or "&#number;" at the start of the text, 0 if none.
size_t ReferenceLength(std::u32string_view text) {
  size_t i = 1;
  if (i < text.size() && text[i] == U'#') ++i;
  const size_t first = i;
  while (i < text.size() && i - first <= kLongestName &&
         IsAlphanumeric(text[i])) {
    ++i;
  }
  const size_t length = i - first;
  if (length == 0 || length > kLongestName) return 0;
  return i < text.size() && text[i] == U';' ? i + 1 : 0;
}

// A number stays as it is unless the whole of it is read, semicolon included;
// one that stands for a semicolon looks as if it were not.
void AppendNumber(std::u32string_view reference, std::u32string* out) {
  const std::u32string unescaped = UnescapeHtml(reference);
  const bool complete = unescaped.find(U';') == std::u32string::npos;
  *out += complete ? unescaped : std::u32string(reference);
}

void AppendReference(std::u32string_view reference, std::u32string* out) {
  if (reference[1] == U'#') return AppendNumber(reference, out);
  const std::u32string_view name = reference.substr(1);
  const HtmlEntity* entity = FindHtmlEntity(name);
  if (entity == nullptr) entity = FindUppercaseEntity(name);
  if (entity == nullptr) {
    *out += reference;
  } else {
    AppendEntity(*entity, out);
  }
}

}  // namespace

std::u32string UnescapeCertainEntities(std::u32string_view text) {
  std::u32string unescaped;
  unescaped.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = text[i] == U'&' ? ReferenceLength(text.substr(i)) : 0;
    if (length == 0) {
      unescaped.push_back(text[i++]);
      continue;
    }
    AppendReference(text.substr(i, length), &unescaped);
    i += length;
  }
  return unescaped;
}

}  // namespace clip::model::text
