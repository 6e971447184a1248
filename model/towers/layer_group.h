#ifndef MODEL_TOWERS_LAYER_GROUP_H_
#define MODEL_TOWERS_LAYER_GROUP_H_

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clip::model {

// Parameters of a tower that are frozen and trained together: one step of its
// depth. A plain value.
struct LayerGroup {
  // For example "embeddings", "layer.3", "proj".
  std::string name;
  // Registered names, relative to the tower: of a parameter ("proj"), or of a
  // module, which stands for all below it ("transformer.resblocks.3").
  std::vector<std::string> members;
};

// Freezes all but the last `unlocked_groups` groups and makes those train, so
// that calls with other counts may follow each other. 0 freezes everything, a
// count beyond the groups nothing. `groups` must cover the parameters of
// `tower`; a parameter that no group names is frozen, too.
//
// With `freeze_bn_stats` the batch norms of frozen groups also keep their
// statistics in training (open_clip's freeze_batch_norm_2d). The parameters of
// modules called `spared_module` train in frozen groups, too: "LayerNorm" is
// HFTextEncoder's freeze_layer_norm=False.
void LockLayerGroups(torch::nn::Module& tower,
                     const std::vector<LayerGroup>& groups,
                     int64_t unlocked_groups, bool freeze_bn_stats,
                     std::string_view spared_module = "");

}  // namespace clip::model

#endif  // MODEL_TOWERS_LAYER_GROUP_H_
