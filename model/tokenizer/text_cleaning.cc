#include "model/tokenizer/text_cleaning.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "model/base/status_macros.h"
#include "model/tokenizer/character_classes.h"
#include "model/tokenizer/html_entities.h"
#include "model/tokenizer/lower_case.h"
#include "model/tokenizer/repair/repair_text.h"

namespace clip::model::text {
namespace {

bool IsSpace(char32_t character) {
  return (CharacterClasses()[character] & kSpace) != 0;
}

bool IsAsciiPunctuation(char32_t character) {
  return (character >= '!' && character <= '/') ||
         (character >= ':' && character <= '@') ||
         (character >= '[' && character <= '`') ||
         (character >= '{' && character <= '~');
}

// Runs of white space become one space each; none at either end.
std::u32string CollapseWhitespace(std::u32string_view text) {
  std::u32string collapsed;
  collapsed.reserve(text.size());
  bool pending = false;
  for (const char32_t character : text) {
    if (IsSpace(character)) {
      pending = !collapsed.empty();
      continue;
    }
    if (pending) collapsed.push_back(U' ');
    pending = false;
    collapsed.push_back(character);
  }
  return collapsed;
}

std::u32string UnderscoresToSpaces(std::u32string text) {
  std::replace(text.begin(), text.end(), U'_', U' ');
  return text;
}

std::u32string DropPunctuation(std::u32string_view text) {
  std::u32string kept;
  kept.reserve(text.size());
  for (const char32_t character : text) {
    if (character == U'_') {
      kept.push_back(U' ');
    } else if (!IsAsciiPunctuation(character)) {
      kept.push_back(character);
    }
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::u32string> CleanText(std::u32string text, CleanMode mode) {
  CLIP_ASSIGN_OR_RETURN(text, RepairText(std::move(text)));
  text = UnescapeHtml(UnescapeHtml(text));
  switch (mode) {
    case CleanMode::kLower:
      return LowerCase(CollapseWhitespace(text));
    case CleanMode::kWhitespace:
      return CollapseWhitespace(text);
    case CleanMode::kCanonicalize:
      return CollapseWhitespace(LowerCase(DropPunctuation(text)));
    case CleanMode::kWhitespaceUnderscore:
      return CollapseWhitespace(UnderscoresToSpaces(std::move(text)));
  }
  return absl::InternalError("unknown clean mode");
}

}  // namespace clip::model::text
