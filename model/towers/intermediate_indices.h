#ifndef MODEL_TOWERS_INTERMEDIATE_INDICES_H_
#define MODEL_TOWERS_INTERMEDIATE_INDICES_H_

#include <cstdint>
#include <vector>

namespace clip::model {

// Which blocks of a tower to return: all of them, the last few, or a list in
// which negative numbers count from the end. A plain value.
class IntermediateIndices {
 public:
  static IntermediateIndices All() { return {}; }
  static IntermediateIndices Last(int64_t count);
  static IntermediateIndices List(std::vector<int64_t> indices);

  // The blocks that are meant, ascending and each once, of a tower with `depth`
  // of them. Throws c10::Error for an index out of range.
  std::vector<int64_t> Resolve(int64_t depth) const;

 private:
  bool all_ = true;
  int64_t last_ = 0;
  std::vector<int64_t> list_;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_INTERMEDIATE_INDICES_H_
