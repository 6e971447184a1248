#ifndef MODEL_TOWERS_HF_CLAMP_HALF_H_
#define MODEL_TOWERS_HF_CLAMP_HALF_H_

#include <ATen/core/TensorBody.h>

namespace clip::model {

// Keeps float16 within its range, as transformers does between the blocks of
// models whose residual stream outgrows it; other types pass unchanged.
at::Tensor ClampHalf(const at::Tensor& x);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_CLAMP_HALF_H_
