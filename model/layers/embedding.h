#ifndef MODEL_LAYERS_EMBEDDING_H_
#define MODEL_LAYERS_EMBEDDING_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "model/layers/parameter_options.h"

namespace clip::model {

// A table of vectors. Key: weight [rows, width], float32.
//
// The row `padding_idx` never gets a gradient; -1: each row does.
class EmbeddingImpl : public torch::nn::Module {
 public:
  EmbeddingImpl(int64_t rows, int64_t width, const ParameterOptions& options,
                int64_t padding_idx = -1);

  // [...] int64 ids below `rows` -> [..., width]
  at::Tensor forward(const at::Tensor& ids) const;

  const at::Tensor& weight() const { return weight_; }

 private:
  int64_t padding_idx_;
  at::Tensor weight_;
};
TORCH_MODULE(Embedding);

}  // namespace clip::model

#endif  // MODEL_LAYERS_EMBEDDING_H_
