#include "model/layers/conv2d.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <optional>

#include "model/layers/widen.h"

namespace clip::model {

at::Tensor Convolve(const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias, const Conv2dOptions& conv) {
  return at::conv2d(x, weight,
                    bias.defined() ? std::optional(bias) : std::nullopt,
                    {conv.stride, conv.stride}, {conv.padding, conv.padding},
                    /*dilation=*/1, conv.groups);
}

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
  if (!IsWidened(x) || c10::GradMode::is_enabled()) {
    return Convolve(x, weight_, bias_, conv_);
  }
  return Convolve(Widen(x), Widen(weight_), Widen(bias_), conv_)
      .to(x.scalar_type());
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
