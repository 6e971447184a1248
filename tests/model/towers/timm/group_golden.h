#ifndef TESTS_MODEL_TOWERS_TIMM_GROUP_GOLDEN_H_
#define TESTS_MODEL_TOWERS_TIMM_GROUP_GOLDEN_H_

#include <ATen/core/TensorBody.h>

#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// Expects that each parameter of the trunk, by name, is in the group that
// `expected` gives, and that there are no other groups. Locks the trunk.
void ExpectGroups(TimmTrunk& trunk, const at::Tensor& expected);

}  // namespace clip::model

#endif  // TESTS_MODEL_TOWERS_TIMM_GROUP_GOLDEN_H_
