#include "model/tokenizer/repair/repair_text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "model/base/status_macros.h"
#include "model/tokenizer/canonical_composition.h"
#include "model/tokenizer/repair/character_repair.h"
#include "model/tokenizer/repair/encoding_repair.h"
#include "model/tokenizer/repair/entity_repair.h"
#include "model/tokenizer/repair/repair_budget.h"

namespace clip::model::text {
namespace {

// A line longer than this is repaired in pieces.
constexpr size_t kLongestSegment = 1000000;

// Printable ASCII without an ampersand: nothing ever changes it.
bool IsPlain(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(), [](char32_t c) {
    return (c >= 0x20 && c < 0x7F && c != U'&') || c == U'\n' || c == U'\t';
  });
}

size_t SegmentLength(std::u32string_view text, size_t begin) {
  const size_t newline = text.find(U'\n', begin);
  const size_t end =
      newline == std::u32string_view::npos ? text.size() : newline + 1;
  return std::min(end - begin, kLongestSegment);
}

// One round over one segment.
absl::StatusOr<std::u32string> RepairOnce(std::u32string text,
                                          bool unescape_entities,
                                          EncodingRepair* encoding) {
  if (unescape_entities) text = UnescapeCertainEntities(text);
  CLIP_ASSIGN_OR_RETURN(text, encoding->Repair(std::move(text)));
  return ComposeCanonically(RepairCharacters(std::move(text)));
}

absl::StatusOr<std::u32string> RepairSegment(std::u32string text,
                                             bool unescape_entities,
                                             RepairBudget* budget) {
  EncodingRepair encoding(budget);
  while (!IsPlain(text)) {
    CLIP_RETURN_IF_ERROR(budget->Spend(text.size()));
    CLIP_ASSIGN_OR_RETURN(std::u32string repaired,
                          RepairOnce(text, unescape_entities, &encoding));
    if (repaired == text) break;
    text = std::move(repaired);
  }
  return text;
}

}  // namespace

absl::StatusOr<std::u32string> RepairText(std::u32string text) {
  if (IsPlain(text)) return text;
  RepairBudget budget(text.size());
  std::u32string repaired;
  repaired.reserve(text.size());
  // A '<' says that this is HTML itself, from its line to the end.
  bool unescape_entities = true;
  for (size_t begin = 0; begin < text.size();) {
    const size_t length = SegmentLength(text, begin);
    std::u32string segment = text.substr(begin, length);
    if (segment.find(U'<') != std::u32string::npos) unescape_entities = false;
    CLIP_ASSIGN_OR_RETURN(
        segment, RepairSegment(std::move(segment), unescape_entities, &budget));
    repaired += segment;
    begin += length;
  }
  return repaired;
}

}  // namespace clip::model::text
