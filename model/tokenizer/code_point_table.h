#ifndef MODEL_TOKENIZER_CODE_POINT_TABLE_H_
#define MODEL_TOKENIZER_CODE_POINT_TABLE_H_

#include <vector>

namespace clip::model::text {

// One value of every code point from `first` to `last`.
template <typename Value>
struct CodePointRange {
  char32_t first;
  char32_t last;
  Value value;
};

// A value for every code point, 0 where no range says otherwise. Flat, so that
// a look-up is one load; only the pages that real text touches become hot.
//
// Thread-safe after construction. Code points must be at most U+10FFFF.
template <typename Value>
class CodePointTable {
 public:
  template <typename Ranges>
  explicit CodePointTable(const Ranges& ranges) : values_(0x110000) {
    for (const CodePointRange<Value>& range : ranges) {
      for (char32_t c = range.first; c <= range.last; ++c) {
        values_[c] = range.value;
      }
    }
  }

  Value operator[](char32_t character) const { return values_[character]; }

 private:
  std::vector<Value> values_;
};

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_CODE_POINT_TABLE_H_
