#include "tests/client/toy_model.h"

namespace clip::client {
namespace {

constexpr int kDimensions = 4;

int AxisOf(const std::string& content) {
  return content.empty() ? 0
                         : static_cast<unsigned char>(content[0]) % kDimensions;
}

}  // namespace

void FillToyEmbedding(const std::string& content, v1::Embedding* embedding) {
  embedding->set_format(v1::FLOAT32);
  for (int i = 0; i < kDimensions; ++i) {
    embedding->add_values(i == AxisOf(content) ? 1.0F : 0.0F);
  }
}

void FillToyVersion(v1::ModelVersion* version) {
  version->set_name("toy");
  version->set_checkpoint_sha256(std::string(64, 'a'));
}

v1::ModelInfo ToyModelInfo(std::optional<float> logit_bias) {
  v1::ModelInfo info;
  info.set_name("toy");
  info.set_architecture("CLIP(Toy, Toy)");
  info.set_embed_dim(kDimensions);
  info.set_image_width(224);
  info.set_image_height(224);
  info.set_context_length(77);
  info.set_vocab_size(49408);
  for (const float mean : {0.5F, 0.25F, 0.125F}) {
    info.mutable_preprocessing()->add_mean(mean);
    info.mutable_preprocessing()->add_std(2 * mean);
  }
  info.mutable_preprocessing()->set_interpolation("bicubic");
  info.mutable_preprocessing()->set_resize_mode("shortest");
  info.set_dtype("float32");
  info.set_device("cpu");
  info.set_checkpoint_sha256(std::string(64, 'a'));
  info.set_logit_scale(kToyLogitScale);
  if (logit_bias.has_value()) info.set_logit_bias(*logit_bias);
  return info;
}

}  // namespace clip::client
