#include "model/layers/embedding.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>

namespace clip::model {

EmbeddingImpl::EmbeddingImpl(int64_t rows, int64_t width,
                             const ParameterOptions& options,
                             int64_t padding_idx)
    : padding_idx_(padding_idx) {
  weight_ =
      register_parameter("weight", at::empty({rows, width}, options.Float()));
}

at::Tensor EmbeddingImpl::forward(const at::Tensor& ids) const {
  return at::embedding(weight_, ids, padding_idx_);
}

}  // namespace clip::model
