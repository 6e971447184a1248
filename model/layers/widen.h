#ifndef MODEL_LAYERS_WIDEN_H_
#define MODEL_LAYERS_WIDEN_H_

#include <ATen/core/TensorBody.h>

namespace clip::model {

// Whether products of `x` are better computed in float32: 16-bit numbers in
// the memory of a processor that multiplies them no faster. Where it has no
// instructions for them at all, LibTorch's own loops take some ten times as
// long as float32.
bool IsWidened(const at::Tensor& x);

// The same values in float32. An undefined tensor stays undefined.
at::Tensor Widen(const at::Tensor& x);

}  // namespace clip::model

#endif  // MODEL_LAYERS_WIDEN_H_
