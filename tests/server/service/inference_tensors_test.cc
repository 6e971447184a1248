#include "server/service/inference_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace clip::server {
namespace {

using ::testing::ElementsAre;

ServedModel SmallModel() {
  ServedModel model;
  model.name = "small";
  model.info.embed_dim = 8;
  model.info.checkpoint_sha256 = "abc123";
  return model;
}

template <typename Tensors>
std::vector<std::string> NamesOf(const Tensors& tensors) {
  std::vector<std::string> names;
  for (const auto& tensor : tensors) names.push_back(tensor.name());
  return names;
}

TEST(InferenceTensorsTest, OutputsAreFoundByTheirNames) {
  for (const InferenceOutput output : kInferenceOutputs) {
    EXPECT_EQ(FindInferenceOutput(InferenceOutputName(output)), output);
  }
  EXPECT_EQ(FindInferenceOutput("image"), std::nullopt);
  EXPECT_EQ(FindInferenceOutput(""), std::nullopt);
}

TEST(InferenceTensorsTest, MetadataDescribesEveryTensor) {
  const inference::ModelMetadataResponse metadata =
      WriteModelMetadata(SmallModel());
  EXPECT_EQ(metadata.name(), "small");
  EXPECT_THAT(metadata.versions(), ElementsAre("abc123"));
  EXPECT_THAT(NamesOf(metadata.inputs()), ElementsAre("image", "text"));
  for (const auto& input : metadata.inputs()) {
    EXPECT_EQ(input.datatype(), "BYTES");
    EXPECT_THAT(input.shape(), ElementsAre(-1));
  }
  EXPECT_THAT(NamesOf(metadata.outputs()),
              ElementsAre("image_embedding", "text_embedding", "logits",
                          "probabilities"));
  EXPECT_EQ(metadata.outputs(0).datatype(), "FP32");
  EXPECT_THAT(metadata.outputs(1).shape(), ElementsAre(-1, 8));
  EXPECT_THAT(metadata.outputs(2).shape(), ElementsAre(-1, -1));
}

TEST(InferenceTensorsTest, ConfigSaysTheSame) {
  const inference::ModelConfig config = WriteModelConfig(SmallModel());
  EXPECT_EQ(config.name(), "small");
  EXPECT_EQ(config.max_batch_size(), 0);
  EXPECT_THAT(NamesOf(config.input()), ElementsAre("image", "text"));
  EXPECT_EQ(config.input(0).data_type(), inference::TYPE_STRING);
  EXPECT_TRUE(config.input(0).optional());
  EXPECT_EQ(config.output_size(), 4);
  EXPECT_EQ(config.output(0).data_type(), inference::TYPE_FP32);
  EXPECT_THAT(config.output(0).dims(), ElementsAre(-1, 8));
}

TEST(InferenceTensorsTest, AModelWithoutATokenizerHasNoTexts) {
  ServedModel model = SmallModel();
  model.tokenizer_unavailable = "built without it";
  EXPECT_THAT(NamesOf(WriteModelMetadata(model).inputs()),
              ElementsAre("image"));
  EXPECT_THAT(NamesOf(WriteModelMetadata(model).outputs()),
              ElementsAre("image_embedding"));
  EXPECT_THAT(NamesOf(WriteModelConfig(model).output()),
              ElementsAre("image_embedding"));
}

}  // namespace
}  // namespace clip::server
