#ifndef TESTS_MODEL_TRAIN_TINY_MODEL_H_
#define TESTS_MODEL_TRAIN_TINY_MODEL_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "model/checkpoint/load_weights.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/config/hub_config.h"
#include "model/create_model.h"
#include "tests/model/golden_case.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {

// The model of a case of tests/golden/PART with its weights.
inline std::shared_ptr<ContrastiveModel> LoadTinyModel(
    const std::string& name, const std::string& part = "model") {
  const GoldenCase golden(name, part);
  const auto config = ParseHubConfig(
      clip::testing::ReadWholeFile(golden.folder() + "/open_clip_config.json"));
  EXPECT_TRUE(config.ok()) << config.status();
  auto model = CreateModel(config->model, ParameterOptions());
  EXPECT_TRUE(model.ok()) << model.status();
  const auto weights = ReadSafetensors(golden.weights());
  EXPECT_TRUE(weights.ok()) << weights.status();
  EXPECT_TRUE(LoadWeights(*weights, **model).ok());
  return *model;
}

}  // namespace clip::model

#endif  // TESTS_MODEL_TRAIN_TINY_MODEL_H_
