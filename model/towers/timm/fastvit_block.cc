#include "model/towers/timm/fastvit_block.h"

#include "model/towers/timm/attention_block.h"
#include "model/towers/timm/rep_mixer_block.h"

namespace clip::model {

std::shared_ptr<FastVitBlock> CreateFastVitBlock(
    const FastVitBlockOptions& block, const ParameterOptions& options) {
  if (block.attention) return std::make_shared<AttentionBlock>(block, options);
  return std::make_shared<RepMixerBlock>(block, options);
}

}  // namespace clip::model
