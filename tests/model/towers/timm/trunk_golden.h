#ifndef TESTS_MODEL_TOWERS_TIMM_TRUNK_GOLDEN_H_
#define TESTS_MODEL_TOWERS_TIMM_TRUNK_GOLDEN_H_

#include <ATen/core/TensorBody.h>

#include <string>

#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// Expectations about a trunk of hashed weights and its case of
// tools/goldens/timm_convolutional.py.

// Features and the gradients of all parameters, outside training and, where
// the case has them, in training with the statistics that it leaves.
void ExpectTrunkMatchesGolden(TimmTrunk& trunk, const std::string& name,
                              at::IntArrayRef pixel_shape);

// The output of every stage, with the features behind them.
void ExpectIntermediatesMatchGolden(TimmTrunk& trunk, const std::string& name,
                                    at::IntArrayRef pixel_shape);

// The group of every parameter.
void ExpectGroupsMatchGolden(TimmTrunk& trunk, const std::string& name);

}  // namespace clip::model

#endif  // TESTS_MODEL_TOWERS_TIMM_TRUNK_GOLDEN_H_
