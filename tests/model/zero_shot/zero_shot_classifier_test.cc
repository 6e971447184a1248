// The classifier of the tiny golden model against open_clip's own.
#include "model/zero_shot/zero_shot_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "model/load_model.h"
#include "tests/model/golden_case.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr float kTolerance = 1e-6F;

// A byte is a token, modulo the tiny vocabulary; tools/goldens/zero_shot.py has
// the same.
class ByteTokenizer final : public Tokenizer {
 public:
  explicit ByteTokenizer(const ModelInfo& info)
      : context_(info.context_length), vocabulary_(info.vocab_size) {}

  absl::StatusOr<TokenizedText> Tokenize(std::string_view text) const override {
    if (text.find('\xFF') != std::string_view::npos) {
      return absl::InvalidArgumentError("the text is not UTF-8");
    }
    TokenizedText row;
    row.ids.push_back(vocabulary_ - 2);
    for (const char byte : text.substr(0, context_ - 2)) {
      row.ids.push_back(1 +
                        static_cast<unsigned char>(byte) % (vocabulary_ - 3));
    }
    row.ids.push_back(vocabulary_ - 1);
    row.token_count = static_cast<int>(row.ids.size());
    row.ids.resize(context_, 0);
    return row;
  }
  int context_length() const override { return context_; }
  int32_t pad_id() const override { return 0; }

 private:
  const int context_;
  const int vocabulary_;
};

class ZeroShotClassifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const GoldenCase model("vit");
    LoadModelOptions options;
    options.directory = model.folder();
    options.device = "cpu";
    options.compute_threads = 1;
    auto loaded = LoadModel(options);
    ASSERT_THAT(loaded, IsOk());
    model_ = *std::move(loaded);
    std::ifstream file(model.folder() + "/../../zero_shot/vit.json");
    golden_ = nlohmann::json::parse(file);
    labels_ = golden_["labels"].get<std::vector<std::string>>();
    template_texts_ = golden_["templates"].get<std::vector<std::string>>();
    templates_.assign(template_texts_.begin(), template_texts_.end());
  }

  absl::StatusOr<std::vector<float>> Build(size_t batch_size) {
    return BuildZeroShotClassifier(*model_.encoder,
                                   ByteTokenizer(model_.encoder->info()),
                                   labels_, templates_, batch_size);
  }

  LoadedModel model_;
  nlohmann::json golden_;
  std::vector<std::string> labels_;
  std::vector<std::string> template_texts_;
  std::vector<std::string_view> templates_;
};

TEST_F(ZeroShotClassifierTest, IsOpenClips) {
  const auto weights = Build(64);
  ASSERT_THAT(weights, IsOk());
  EXPECT_THAT(*weights,
              Pointwise(FloatNear(kTolerance),
                        golden_["weights"].get<std::vector<float>>()));
}

TEST_F(ZeroShotClassifierTest, DoesNotDependOnTheBatches) {
  // Batches that end amid the templates of a label.
  const auto weights = Build(5);
  ASSERT_THAT(weights, IsOk());
  EXPECT_THAT(*weights, Pointwise(FloatNear(kTolerance), *Build(1000)));
}

TEST_F(ZeroShotClassifierTest, BadArgumentsAreNamed) {
  EXPECT_THAT(Build(0).status(), StatusIs(absl::StatusCode::kInvalidArgument));
  labels_[2] = "\xFF";
  EXPECT_THAT(Build(64).status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("labels[2]")));
  templates_[1] = "no placeholder";
  EXPECT_THAT(Build(64).status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("templates[1]")));
  labels_.clear();
  EXPECT_THAT(Build(64).status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("no label")));
}

}  // namespace
}  // namespace clip::model
