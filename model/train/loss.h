#ifndef MODEL_TRAIN_LOSS_H_
#define MODEL_TRAIN_LOSS_H_

#include <ATen/core/TensorBody.h>

#include <string>
#include <vector>

namespace clip::model {

// What a loss may look at. A tensor that a model does not have is undefined.
struct LossInputs {
  // [N, embed_dim], normalized; row i of both is a pair.
  at::Tensor image_features;
  at::Tensor text_features;
  // The factor of the logits (exp of the parameter) and what is added to them.
  at::Tensor logit_scale;
  at::Tensor logit_bias;
  // CoCa: [N, L - 1, vocab_size] and the ids [N, L - 1] that they should say.
  at::Tensor logits;
  at::Tensor labels;
  // Distillation: the same three of the teacher.
  at::Tensor dist_image_features;
  at::Tensor dist_text_features;
  at::Tensor dist_logit_scale;
};

// A part of a loss by open_clip's name, for example "contrastive_loss".
struct LossTerm {
  std::string name;
  at::Tensor value;
};

// What training minimizes: the sum of the terms. Throws as LibTorch does.
class Loss {
 public:
  virtual ~Loss() = default;

  virtual std::vector<LossTerm> Compute(const LossInputs& inputs) const = 0;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_LOSS_H_
