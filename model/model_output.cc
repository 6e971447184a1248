#include "model/model_output.h"

namespace clip::model {

std::vector<at::Tensor> ModelOutput::AsTuple() const {
  std::vector<at::Tensor> tuple = {image_features, text_features, logit_scale};
  if (logit_bias.defined()) tuple.push_back(logit_bias);
  return tuple;
}

std::map<std::string, at::Tensor> ModelOutput::AsDict() const {
  std::map<std::string, at::Tensor> dict = {{"image_features", image_features},
                                            {"text_features", text_features},
                                            {"logit_scale", logit_scale},
                                            {"logit_bias", logit_bias},
                                            {"logits", logits},
                                            {"image_embs", image_embs}};
  for (auto item = dict.begin(); item != dict.end();) {
    item = item->second.defined() ? std::next(item) : dict.erase(item);
  }
  return dict;
}

}  // namespace clip::model
