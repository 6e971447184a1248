#ifndef MODEL_COCA_H_
#define MODEL_COCA_H_

#include <ATen/core/TensorBody.h>

#include <string_view>

#include "model/config/clip_config.h"
#include "model/contrastive_model.h"
#include "model/layers/multimodal_transformer.h"
#include "model/layers/parameter_options.h"

namespace clip::model {

// open_clip's CoCa: embeddings as CustomTextCLIP's, and a decoder that writes
// captions. Keys: those of CustomTextCLIP and text_decoder.*. Unlike there,
// open_clip normalizes features unless told not to.
class CoCa : public ContrastiveModel {
 public:
  // Parameters come uninitialized.
  CoCa(const ClipConfig& config, const ParameterOptions& options);

  // [N, 3, H, W] -> [N, embed_dim]
  at::Tensor EncodeImage(const at::Tensor& pixels, bool normalize = true) {
    return ContrastiveModel::EncodeImage(pixels, normalize);
  }

  // [N, L] int64 -> [N, embed_dim]
  at::Tensor EncodeText(const at::Tensor& ids, bool normalize = true) {
    return ContrastiveModel::EncodeText(ids, normalize);
  }

  // Normalized features; with pixels also image_embs, and with both the logits
  // of the caption's next tokens.
  ModelOutput forward(const at::Tensor& pixels, const at::Tensor& ids) override;

  // [N, 3, H, W] -> [N, tokens, width]: what captions are decoded from.
  at::Tensor EncodeImageTokens(const at::Tensor& pixels);

  // The logits of the token that follows each of `ids`:
  // [N, tokens, width], [N, L] int64 -> [N, L, vocab_size]
  at::Tensor Decode(const at::Tensor& image_embs, const at::Tensor& ids);

  void SetGradCheckpointing(bool enable = true) override;

 protected:
  std::string_view text_prefix() const override { return "text."; }

 private:
  MultimodalTransformer text_decoder_ = nullptr;
};

}  // namespace clip::model

#endif  // MODEL_COCA_H_
