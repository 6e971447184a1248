#ifndef MODEL_TOWERS_TOWER_INTERMEDIATES_H_
#define MODEL_TOWERS_TOWER_INTERMEDIATES_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

#include "model/towers/intermediate_indices.h"

namespace clip::model {

// What forward_intermediates of one tower takes; a default asks for the output
// of every block as a map, and for the features.
struct TowerIntermediatesOptions {
  // The shape of image intermediates. Text ones are always kNlc.
  enum class Format {
    // [N, width, rows, columns]: the grid without prefix tokens.
    kNchw,
    // [N, tokens, width]
    kNlc,
  };

  IntermediateIndices indices;
  // Run no block behind the last one asked for. The features, if wanted, then
  // come from that block.
  bool stop_early = false;
  // Apply the tower's final norm to each intermediate.
  bool normalize_intermediates = false;
  // Leave the features out.
  bool intermediates_only = false;
  Format output_format = Format::kNchw;
  // Also return the tokens that belong to no patch (class token, registers).
  bool output_extra_tokens = false;
};

// What it gives. `extra_tokens` is empty or as long as `intermediates`.
struct TowerIntermediates {
  std::vector<at::Tensor> intermediates;
  // [N, tokens, width] each: open_clip's image_intermediates_prefix and
  // text_intermediates_suffix.
  std::vector<at::Tensor> extra_tokens;
  // [N, embed_dim], not normalized; undefined with intermediates_only.
  at::Tensor features;
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_TOWER_INTERMEDIATES_H_
