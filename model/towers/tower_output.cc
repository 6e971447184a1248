#include "model/towers/tower_output.h"

#include <c10/util/Exception.h>

#include "model/towers/text_tower.h"
#include "model/towers/vision_tower.h"

namespace clip::model {

TowerOutput VisionTower::ForwardWithTokens(const at::Tensor& /*pixels*/) {
  TORCH_CHECK_NOT_IMPLEMENTED(false, architecture(), " has no output tokens");
}

TowerOutput TextTower::ForwardWithTokens(const at::Tensor& /*ids*/) {
  TORCH_CHECK_NOT_IMPLEMENTED(false, architecture(), " has no output tokens");
}

}  // namespace clip::model
