#ifndef MODEL_TOWERS_HF_CREATE_HF_TRANSFORMER_H_
#define MODEL_TOWERS_HF_CREATE_HF_TRANSFORMER_H_

#include <memory>

#include "model/config/hf_model_config.h"
#include "model/layers/parameter_options.h"
#include "model/towers/hf/hf_transformer.h"

namespace clip::model {

// AutoModel.from_config, and of an encoder-decoder its encoder, with
// uninitialized parameters. `add_pooling_layer` matters to BERT and RoBERTa.
std::shared_ptr<HfTransformer> CreateHfTransformer(
    const HfModelConfig& config, bool add_pooling_layer,
    const ParameterOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_CREATE_HF_TRANSFORMER_H_
