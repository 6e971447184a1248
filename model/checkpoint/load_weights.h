#ifndef MODEL_CHECKPOINT_LOAD_WEIGHTS_H_
#define MODEL_CHECKPOINT_LOAD_WEIGHTS_H_

#include <torch/nn/module.h>

#include "absl/status/status.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Copies a checkpoint into a module's parameters and buffers, strictly: their
// names must be exactly the checkpoint's, with equal shapes. float16,
// bfloat16, float32 and float64 are cast to the parameter's own type, on its
// device. As in open_clip, logit_scale and logit_bias may be a scalar in one
// and [1] in the other, a missing logit_bias is zero and missing
// num_batches_tracked stay as they are.
//
// Errors: INVALID_ARGUMENT that lists the first of the missing, unexpected and
// misshapen keys and counts the rest; the module is then unchanged. Throws
// what LibTorch throws where memory is short.
absl::Status LoadWeights(const StateDict& state_dict,
                         torch::nn::Module& module);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_LOAD_WEIGHTS_H_
