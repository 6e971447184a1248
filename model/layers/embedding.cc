#include "model/layers/embedding.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>

namespace clip::model {

EmbeddingImpl::EmbeddingImpl(int64_t rows, int64_t width,
                             const ParameterOptions& options) {
  weight_ =
      register_parameter("weight", at::empty({rows, width}, options.Float()));
}

at::Tensor EmbeddingImpl::forward(const at::Tensor& ids) const {
  return at::embedding(weight_, ids);
}

}  // namespace clip::model
