#ifndef MODEL_TOWERS_TIMM_EVA_H_
#define MODEL_TOWERS_TIMM_EVA_H_

#include <cstdint>
#include <string_view>

#include "model/layers/parameter_options.h"
#include "model/towers/timm/grid.h"
#include "model/towers/timm/mlp_layer.h"
#include "model/towers/timm/transformer_trunk.h"

namespace clip::model::timm {

// The arguments of timm's Eva that its models differ in. A plain value.
struct EvaOptions {
  // Pixels.
  int64_t patch_size = 14;
  int64_t depth = 12;
  int64_t heads = 12;
  MlpKind mlp = MlpKind::kMlp;
  int64_t mlp_width = 3072;
  // AttentionRope (Attention here), not EvaAttention: attn_type "rope".
  bool attention_rope = false;
  // Of EvaAttention.
  bool qkv_fused = true;
  bool scale_attn_inner = false;
  // EvaBlockPostNorm.
  bool post_norm = false;
  // Rotary positions, scaled to this grid; none where it is empty.
  Grid rope_reference_grid;
  double rope_grid_offset = 0.0;
  // rope_grid_indexing "xy".
  bool rope_columns_first = false;
  TransformerTrunkOptions around;
};

// timm's Eva: EVA, EVA-02 and Perception Encoder. Keys: those of
// TransformerTrunk, Block, EvaAttention or Attention.
class Eva : public TransformerTrunk {
 public:
  Eva(const EvaOptions& eva, const TimmTrunkOptions& trunk,
      const ParameterOptions& options);

  std::string_view architecture() const override { return "Eva"; }
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_EVA_H_
