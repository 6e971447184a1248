#include "model/coca.h"

namespace clip::model {

CoCa::CoCa(const ClipConfig& config, const ParameterOptions& options)
    : ContrastiveModel("CoCa", config, options) {
  register_module("text", text());
  // The vocabulary of text_cfg, also where the text tower has another one.
  text_decoder_ = register_module(
      "text_decoder", MultimodalTransformer(config.multimodal,
                                            config.text.vocab_size, options));
}

ModelOutput CoCa::forward(const at::Tensor& pixels, const at::Tensor& ids) {
  ModelOutput output;
  TowerOutput image;
  TowerOutput text_output;
  if (pixels.defined()) {
    image = visual().ForwardWithTokens(pixels);
    output.image_features = NormalizeFeatures(image.pooled);
  }
  if (ids.defined()) {
    text_output = text()->ForwardWithTokens(ids);
    output.text_features = NormalizeFeatures(text_output.pooled);
  }
  if (pixels.defined() && ids.defined()) {
    output.logits = text_decoder_->forward(image.tokens, text_output.tokens);
  }
  output.image_embs = image.tokens;
  output.logit_scale = logit_scale().exp();
  if (logit_bias().defined()) output.logit_bias = logit_bias().clone();
  return output;
}

at::Tensor CoCa::EncodeImageTokens(const at::Tensor& pixels) {
  return visual().ForwardWithTokens(pixels).tokens;
}

at::Tensor CoCa::Decode(const at::Tensor& image_embs, const at::Tensor& ids) {
  return text_decoder_->forward(image_embs,
                                text()->ForwardWithTokens(ids).tokens);
}

void CoCa::SetGradCheckpointing(bool enable) {
  ContrastiveModel::SetGradCheckpointing(enable);
  text_decoder_->set_grad_checkpointing(enable);
}

}  // namespace clip::model
