#ifndef MODEL_TOWERS_TIMM_VIT_BLOCKS_H_
#define MODEL_TOWERS_TIMM_VIT_BLOCKS_H_

#include <cstdint>
#include <vector>

#include "model/config/activation.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/block.h"
#include "model/towers/timm/mlp_layer.h"
#include "model/towers/timm/transformer_trunk.h"

namespace clip::model::timm {

// What VisionTransformer and NaFlexVit of timm say of their blocks, and what
// is around these. A plain value.
struct VitBlocksOptions {
  int64_t depth = 12;
  int64_t heads = 12;
  MlpKind mlp = MlpKind::kMlp;
  int64_t mlp_width = 3072;
  // Of the blocks and of MAP pooling.
  Activation activation = Activation::kGelu;
  bool qkv_bias = true;
  bool layer_scale = false;
  // Its map_* fields follow from the above.
  TransformerTrunkOptions around;
};

// `vit.around` with its map_* fields.
TransformerTrunkOptions AroundVitBlocks(const VitBlocksOptions& vit);

// `vit.depth` blocks with timm's Attention.
std::vector<Block> CreateVitBlocks(const VitBlocksOptions& vit,
                                   const ParameterOptions& options);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_VIT_BLOCKS_H_
