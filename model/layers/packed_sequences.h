#ifndef MODEL_LAYERS_PACKED_SEQUENCES_H_
#define MODEL_LAYERS_PACKED_SEQUENCES_H_

#include <cstdint>
#include <vector>

namespace clip::model {

// Sequences whose tokens lie in one row: each as long as it is, and what two
// of them begin with only once, since a causal layer makes the same of it in
// both. A plain value.
struct PackedSequences {
  // Where each token of each sequence lies in the row, one sequence behind the
  // other.
  std::vector<int64_t> tokens;
  // Where each sequence begins in `tokens`, and where the last one ends.
  std::vector<int64_t> starts;
  // With how many tokens of an earlier sequence each one begins.
  std::vector<int64_t> shared;
  // Tokens of the row that belong to a sequence; they stand in front.
  int64_t used = 0;
};

}  // namespace clip::model

#endif  // MODEL_LAYERS_PACKED_SEQUENCES_H_
