#include "model/layers/layer_norm2d.h"

namespace clip::model {

at::Tensor LayerNorm2dImpl::forward(const at::Tensor& x) const {
  return LayerNormImpl::forward(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

}  // namespace clip::model
