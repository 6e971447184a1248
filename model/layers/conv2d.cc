#include "model/layers/conv2d.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>

#include <optional>

namespace clip::model {

Conv2dImpl::Conv2dImpl(const Conv2dOptions& conv,
                       const ParameterOptions& options)
    : conv_(conv) {
  weight_ = register_parameter(
      "weight", at::empty({conv.out_channels, conv.in_channels / conv.groups,
                           conv.kernel_size, conv.kernel_size},
                          options.Matrix()));
  if (!conv.bias) return;
  bias_ = register_parameter("bias",
                             at::empty({conv.out_channels}, options.Matrix()));
}

at::Tensor Conv2dImpl::forward(const at::Tensor& x) const {
  std::optional<at::Tensor> bias;
  if (bias_.defined()) bias = bias_;
  return at::conv2d(x, weight_, bias, {conv_.stride, conv_.stride},
                    {conv_.padding, conv_.padding}, /*dilation=*/1,
                    conv_.groups);
}

at::Tensor Conv2dImpl::ForwardCells(const at::Tensor& cells,
                                    const LinearEpilogue& epilogue) const {
  return ComputeLinear(packed_.get(), packed_ ? weight_ : weight_.flatten(1),
                       bias_, cells, epilogue);
}

void Conv2dImpl::PackCells(const InferenceOptions& options) {
  packed_ = PackParameter(weight_, options);
}

}  // namespace clip::model
