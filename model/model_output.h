#ifndef MODEL_MODEL_OUTPUT_H_
#define MODEL_MODEL_OUTPUT_H_

#include <ATen/core/TensorBody.h>

#include <map>
#include <string>
#include <vector>

namespace clip::model {

// What the forward of a model gives. A tensor that was not asked for is
// undefined.
struct ModelOutput {
  // [N, embed_dim], normalized.
  at::Tensor image_features;
  at::Tensor text_features;
  // exp of the parameter: the factor of the logits.
  at::Tensor logit_scale;
  at::Tensor logit_bias;
  // CoCa: [N, L, vocab_size], the next token of each text position, and the
  // image tokens [N, tokens, width] that they were decoded from.
  at::Tensor logits;
  at::Tensor image_embs;

  // open_clip's tuple: image_features, text_features, logit_scale and, where
  // there is one, logit_bias.
  std::vector<at::Tensor> AsTuple() const;
  // open_clip's dictionary (output_dict=True): the defined tensors by name.
  std::map<std::string, at::Tensor> AsDict() const;
};

}  // namespace clip::model

#endif  // MODEL_MODEL_OUTPUT_H_
