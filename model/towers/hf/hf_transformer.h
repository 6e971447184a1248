#ifndef MODEL_TOWERS_HF_HF_TRANSFORMER_H_
#define MODEL_TOWERS_HF_HF_TRANSFORMER_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clip::model {

// A text encoder of transformers, taken apart so that HFTextEncoder runs all of
// them alike: what it registers as `transformer`, with transformers' own
// parameter names.
//
// The methods may be called from several threads at once while no one changes
// parameters or mode. They throw as LibTorch does.
class HfTransformer : public torch::nn::Module {
 public:
  // Registered names of the parts that open_clip's layer_groups are made of.
  struct Names {
    std::string embeddings = "embeddings";
    // A list of layers.
    std::string layers;
    // Empty where the last layer's output is the result.
    std::string final_norm;
  };

  // transformers' class name, for example "RobertaModel".
  virtual std::string_view architecture() const = 0;
  virtual Names names() const = 0;
  virtual int64_t depth() const = 0;
  // Most ids of a row.
  virtual int64_t max_length() const = 0;

  // [N, L] int64 ids -> [N, L, width]
  virtual at::Tensor Embed(const at::Tensor& ids) = 0;

  // What every layer reads beside its input: masks and position biases, all
  // defined. `is_token` [N, L] bool is false for padding.
  virtual std::vector<at::Tensor> Share(const at::Tensor& is_token) = 0;

  // [N, L, width] -> [N, L, width]
  virtual at::Tensor RunLayer(int64_t layer, const at::Tensor& x,
                              const std::vector<at::Tensor>& shared) = 0;

  // The final norm, where there is one.
  virtual at::Tensor Finish(const at::Tensor& x) { return x; }

  // transformers' pooler_output [N, width] of the last hidden state; undefined
  // where the model has no such layer.
  virtual at::Tensor PoolerOutput(const at::Tensor& /*last_hidden_state*/) {
    return {};
  }
};

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_HF_TRANSFORMER_H_
