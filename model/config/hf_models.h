#ifndef MODEL_CONFIG_HF_MODELS_H_
#define MODEL_CONFIG_HF_MODELS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "model/config/hf_model_config.h"
#include "model/config/hf_text_config.h"

namespace clip::model {

// What open_clip would read from the hub for an `hf_model_name`: nothing is
// fetched, so the names are a fixed list. nullopt for any other name. A name
// may have its organization in front or not, as the hub accepts both for old
// models: "roberta-base" and "FacebookAI/roberta-base".
std::optional<HfModelConfig> FindHfModel(std::string_view name);

// The model that `text` names, with what it overrides.
std::optional<HfModelConfig> FindHfModel(const HfTextConfig& text);

// All names, for messages and tests.
std::vector<std::string_view> HfModelNames();

}  // namespace clip::model

#endif  // MODEL_CONFIG_HF_MODELS_H_
