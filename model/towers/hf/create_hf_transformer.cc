#include "model/towers/hf/create_hf_transformer.h"

#include "model/towers/hf/bert_model.h"
#include "model/towers/hf/m2m100_encoder.h"
#include "model/towers/hf/modernbert_model.h"
#include "model/towers/hf/mt5_encoder.h"

namespace clip::model {

std::shared_ptr<HfTransformer> CreateHfTransformer(
    const HfModelConfig& config, bool add_pooling_layer,
    const ParameterOptions& options) {
  switch (config.architecture) {
    case HfArchitecture::kBert:
    case HfArchitecture::kRoberta:
      return std::make_shared<BertModel>(config, add_pooling_layer, options);
    case HfArchitecture::kMt5:
      return std::make_shared<Mt5Encoder>(config, options);
    case HfArchitecture::kM2m100:
      return std::make_shared<M2m100Encoder>(config, options);
    case HfArchitecture::kModernBert:
      return std::make_shared<ModernBertModel>(config, options);
  }
  return nullptr;
}

}  // namespace clip::model
