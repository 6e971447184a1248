#ifndef MODEL_CONFIG_HF_TEXT_CONFIG_H_
#define MODEL_CONFIG_HF_TEXT_CONFIG_H_

#include <optional>
#include <string>

namespace clip::model {

// How a Hugging Face tower makes one vector of its tokens.
enum class HfPooler {
  // The mean over what is not padding.
  kMean,
  // The maximum over what is not padding.
  kMax,
  // The model's own pooler output where it has one, else the first token.
  kCls,
  // The first token.
  kClsLastHiddenState,
};

enum class HfProjection {
  kNone,
  // `proj`: one linear layer without bias.
  kLinear,
  // `proj.0`, `proj.2`: two linear layers without bias, GELU between.
  kMlp,
};

// The hf_* keys of open_clip's `text_cfg`, checked. A plain value.
struct HfTextConfig {
  // A name on the hub, for example "roberta-base": it stands for a known
  // architecture; nothing is fetched.
  std::string model_name;
  HfPooler pooler = HfPooler::kMean;
  HfProjection projection = HfProjection::kMlp;
  // Of `hf_model_config`, in place of the model's own.
  std::optional<int> max_position_embeddings;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_HF_TEXT_CONFIG_H_
