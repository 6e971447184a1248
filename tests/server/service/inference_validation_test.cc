#include "server/service/inference_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::StatusIs;
using inference::ModelInferRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class InferenceValidationTest : public ::testing::Test {
 protected:
  InferenceValidationTest() {
    model_.name = "test";
    model_.info.embed_dim = 8;
    model_.info.checkpoint_sha256 = "abc123";
  }

  static void AddInput(ModelInferRequest& request, const std::string& name,
                       const std::vector<std::string>& elements) {
    ModelInferRequest::InferInputTensor& tensor = *request.add_inputs();
    tensor.set_name(name);
    tensor.set_datatype("BYTES");
    tensor.add_shape(static_cast<int64_t>(elements.size()));
    for (const std::string& element : elements) {
      tensor.mutable_contents()->add_bytes_contents(element);
    }
  }

  static ModelInferRequest Both() {
    ModelInferRequest request;
    AddInput(request, "text", {"a", "b"});
    AddInput(request, "image", {"file"});
    return request;
  }

  absl::StatusOr<InferenceJob> Check(const ModelInferRequest& request) {
    return CheckInference(request, model_, limits_);
  }

  void ExpectRefused(const ModelInferRequest& request,
                     const std::string& message) {
    EXPECT_THAT(
        Check(request).status(),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }

  ServedModel model_;
  ServiceLimits limits_;
};

TEST_F(InferenceValidationTest, PutsPicturesBeforeTexts) {
  const ModelInferRequest request = Both();
  const absl::StatusOr<InferenceJob> job = Check(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->images, 1);
  ASSERT_EQ(job->items.size(), 3U);
  EXPECT_EQ(std::get<EncodedImage>(job->items[0]).file, "file");
  EXPECT_EQ(std::get<TextString>(job->items[2]).text, "b");
  EXPECT_EQ(InferenceItemField(job->images, 0), "image[0]");
  EXPECT_EQ(InferenceItemField(job->images, 2), "text[1]");
}

TEST_F(InferenceValidationTest, GivesEveryOutputThatTheInputsAllow) {
  EXPECT_THAT(
      Check(Both())->outputs,
      ElementsAre(InferenceOutput::kImageEmbedding,
                  InferenceOutput::kTextEmbedding, InferenceOutput::kLogits,
                  InferenceOutput::kProbabilities));
  ModelInferRequest texts;
  AddInput(texts, "text", {"a"});
  EXPECT_THAT(Check(texts)->outputs,
              ElementsAre(InferenceOutput::kTextEmbedding));
  ModelInferRequest images;
  AddInput(images, "image", {"a"});
  EXPECT_THAT(Check(images)->outputs,
              ElementsAre(InferenceOutput::kImageEmbedding));
}

TEST_F(InferenceValidationTest, GivesTheOutputsThatAreNamedInTheirOrder) {
  ModelInferRequest request = Both();
  request.add_outputs()->set_name("logits");
  request.add_outputs()->set_name("image_embedding");
  EXPECT_THAT(
      Check(request)->outputs,
      ElementsAre(InferenceOutput::kLogits, InferenceOutput::kImageEmbedding));
}

TEST_F(InferenceValidationTest, RefusesOutputsThatItCannotGive) {
  ModelInferRequest unknown = Both();
  unknown.add_outputs()->set_name("embed\nding");
  ExpectRefused(unknown, R"(outputs[0].name: "embed\nding" is no output)");
  ModelInferRequest twice = Both();
  twice.add_outputs()->set_name("logits");
  twice.add_outputs()->set_name("logits");
  ExpectRefused(twice, "outputs[1].name: the output is asked for twice");
  ModelInferRequest with_parameter = Both();
  (*with_parameter.add_outputs()->mutable_parameters())["classification"]
      .set_int64_param(3);
  with_parameter.mutable_outputs(0)->set_name("logits");
  ExpectRefused(with_parameter, "outputs[0].parameters: ");
}

TEST_F(InferenceValidationTest, RefusesOutputsWhoseInputIsMissing) {
  ModelInferRequest texts;
  AddInput(texts, "text", {"a"});
  texts.add_outputs()->set_name("text_embedding");
  texts.add_outputs()->set_name("probabilities");
  ExpectRefused(texts, "outputs[1].name: probabilities needs the input image");
  ModelInferRequest images;
  AddInput(images, "image", {"a"});
  images.add_outputs()->set_name("text_embedding");
  ExpectRefused(images, "outputs[0].name: text_embedding needs the input text");
}

TEST_F(InferenceValidationTest, RefusesInputsThatItDoesNotKnow) {
  ExpectRefused(ModelInferRequest(), "inputs: image, text or both are needed");
  ModelInferRequest unknown = Both();
  AddInput(unknown, "INPUT0", {"a"});
  ExpectRefused(unknown, R"(inputs[2].name: "INPUT0" is no input)");
  ModelInferRequest long_name;
  AddInput(long_name, std::string(100000, 'x'), {"a"});
  ExpectRefused(long_name, R"(xxx..." is no input)");
  ModelInferRequest twice = Both();
  AddInput(twice, "image", {"a"});
  ExpectRefused(twice, "inputs[2].name: the input is there twice");
}

TEST_F(InferenceValidationTest, RefusesRawContentsThatAreNotOneForEachInput) {
  for (const int count : {1, 3}) {
    ModelInferRequest request = Both();
    for (int i = 0; i < count; ++i) request.add_raw_input_contents();
    ExpectRefused(request, "raw_input_contents: " + std::to_string(count) +
                               " entries for 2 inputs");
  }
}

TEST_F(InferenceValidationTest, ReadsRawContentsByTheOrderOfTheInputs) {
  ModelInferRequest request = Both();
  for (auto& input : *request.mutable_inputs()) input.clear_contents();
  request.add_raw_input_contents(std::string("\2\0\0\0t0\2\0\0\0t1", 12));
  request.add_raw_input_contents(std::string("\4\0\0\0file", 8));
  const absl::StatusOr<InferenceJob> job = Check(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(std::get<EncodedImage>(job->items[0]).file, "file");
  EXPECT_EQ(std::get<TextString>(job->items[1]).text, "t0");
}

TEST_F(InferenceValidationTest, AppliesTheLimitsOfEveryOtherCall) {
  limits_.max_items_per_call = 2;
  ExpectRefused(Both(), "inputs: 3 items; at most 2");
  limits_ = ServiceLimits();
  limits_.max_image_bytes = 3;
  ExpectRefused(Both(), "image[0]: 4 bytes; at most 3");
  limits_ = ServiceLimits();
  limits_.max_text_bytes = 1;
  ModelInferRequest request;
  AddInput(request, "text", {"a", "bb"});
  ExpectRefused(request, "text[1]: 2 bytes; at most 1");
  ModelInferRequest empty;
  AddInput(empty, "image", {"file", ""});
  ExpectRefused(empty, "image[1]: the file is empty");
}

TEST_F(InferenceValidationTest, RefusesTextsThatAreNotUtf8) {
  ModelInferRequest request;
  AddInput(request, "text", {"a", "\xC3"});
  ExpectRefused(request, "text[1]: not UTF-8");
}

TEST_F(InferenceValidationTest, RefusesTextsForAModelWithoutATokenizer) {
  model_.tokenizer_unavailable = "no tokenizer";
  ExpectRefused(Both(), "text: this model takes token ids only: no tokenizer");
}

TEST_F(InferenceValidationTest, RefusesAnIdThatIsTooLong) {
  ModelInferRequest request = Both();
  request.set_id(std::string(1024, 'x'));
  EXPECT_TRUE(Check(request).ok());
  request.set_id(std::string(1025, 'x'));
  ExpectRefused(request, "id: 1025 bytes; at most 1024");
}

TEST_F(InferenceValidationTest, ReadsTheLayoutFromTheParameters) {
  ModelInferRequest request = Both();
  EXPECT_TRUE(Check(request)->layout.normalize);
  EXPECT_EQ(Check(request)->layout.dimensions, 8);
  (*request.mutable_parameters())["normalize"].set_bool_param(false);
  (*request.mutable_parameters())["dimensions"].set_int64_param(3);
  EXPECT_FALSE(Check(request)->layout.normalize);
  EXPECT_EQ(Check(request)->layout.dimensions, 3);
  (*request.mutable_parameters())["dimensions"].set_uint64_param(8);
  EXPECT_EQ(Check(request)->layout.dimensions, 8);
  (*request.mutable_parameters())["dimensions"].set_int64_param(0);
  EXPECT_EQ(Check(request)->layout.dimensions, 8);
}

TEST_F(InferenceValidationTest, RefusesParametersThatItDoesNotUnderstand) {
  ModelInferRequest request = Both();
  auto& parameters = *request.mutable_parameters();
  parameters["sequence_id"].set_int64_param(1);
  ExpectRefused(request, R"(parameters["sequence_id"]: not known here)");
  parameters.clear();
  parameters["normalize"].set_string_param("false");
  ExpectRefused(request, R"(parameters["normalize"]: must be a bool)");
  parameters.clear();
  parameters["dimensions"].set_bool_param(true);
  ExpectRefused(request, R"(parameters["dimensions"]: must be an int64)");
  for (const int64_t value :
       {int64_t{9}, int64_t{-1}, std::numeric_limits<int64_t>::min()}) {
    parameters["dimensions"].set_int64_param(value);
    ExpectRefused(request, R"(parameters["dimensions"]: must be from 0 to 8)");
  }
}

TEST_F(InferenceValidationTest, FindsAModelByNameAndVersion) {
  const auto models = *ServedModels::Create({model_});
  EXPECT_TRUE(FindModelVersion(models, "test", "").ok());
  EXPECT_TRUE(FindModelVersion(models, "", "abc123").ok());
  EXPECT_THAT(FindModelVersion(models, "other", "").status(),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("Request for unknown model: \"other\"")));
  EXPECT_THAT(
      FindModelVersion(models, "test", "1").status(),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"abc123\" is")));
}

}  // namespace
}  // namespace clip::server
