#include "model/tokenizer/repair/badness.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "model/tokenizer/code_point_table.h"

namespace clip::model::text {
namespace {

#include "model/tokenizer/data/badness_rules.inc"

constexpr CodePointRange<uint8_t> kKinds[] = {
#include "model/tokenizer/data/badness_kinds.inc"
};

const CodePointTable<uint8_t>& Kinds() {
  static const auto* const table = new CodePointTable<uint8_t>(kKinds);
  return *table;
}

// Whether one of `rules` (a bit each) matches at the start of the text.
bool MatchesHere(std::u32string_view text, uint64_t rules) {
  const auto& kinds = Kinds();
  const size_t places = std::min<size_t>(kBadnessPlaces, text.size());
  for (size_t place = 0; place < places && rules != 0; ++place) {
    rules &= kRulesAccepting[kinds[text[place]]][place];
    if ((rules & kRulesEndingAt[place]) != 0) return true;
  }
  return false;
}

}  // namespace

bool LooksBad(std::u32string_view text) {
  uint64_t rules = ~uint64_t{0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (MatchesHere(text.substr(i), rules)) return true;
    rules = ~kAnchoredRules;
  }
  return false;
}

}  // namespace clip::model::text
