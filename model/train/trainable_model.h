#ifndef MODEL_TRAIN_TRAINABLE_MODEL_H_
#define MODEL_TRAIN_TRAINABLE_MODEL_H_

#include <c10/core/Device.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/config/hub_config.h"
#include "model/contrastive_model.h"
#include "model/image/image_preprocessor.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::model {

// A hub folder as training needs it: parameters in float32, whatever the file
// holds, and what turns pairs into rows.
struct TrainableModel {
  HubConfig config;
  std::shared_ptr<ContrastiveModel> model;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<ImagePreprocessor> preprocessor;
};

// Errors: as LoadModel; INVALID_ARGUMENT where the tokenizer is not supported.
absl::StatusOr<TrainableModel> LoadTrainableModel(const std::string& folder,
                                                  c10::Device device);

}  // namespace clip::model

#endif  // MODEL_TRAIN_TRAINABLE_MODEL_H_
