#include "model/tokenizer/character_classes.h"

namespace clip::model::text {
namespace {

constexpr CodePointRange<uint16_t> kRanges[] = {
#include "model/tokenizer/data/character_classes.inc"
};

}  // namespace

const CodePointTable<uint16_t>& CharacterClasses() {
  static const auto* const table = new CodePointTable<uint16_t>(kRanges);
  return *table;
}

}  // namespace clip::model::text
