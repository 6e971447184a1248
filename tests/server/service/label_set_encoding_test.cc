#include "server/service/label_set_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "server/batching/mutex.h"
#include "tests/testing/fake_pipeline.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::FailWith;
using ::clip::testing::FakePipeline;
using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

// Two templates: "a {}" lies on the first axis, the other on the second.
class LabelSetEncodingTest : public ::testing::Test {
 protected:
  LabelSetEncodingTest() {
    model_.info.embed_dim = 2;
    model_.pipeline = &pipeline_;
    spec_.name = "pets";
    spec_.labels = {"cat", "dog", "emu"};
    spec_.templates = {"a {}", "the {}"};
  }

  FakePipeline::Handler Record() {
    return [this](const std::vector<PipelineItem>& items, const CallOptions&,
                  const EmbeddingPipeline::Done& done) {
      std::vector<std::string>& step = steps_.emplace_back();
      CallResult result;
      for (const PipelineItem& item : items) {
        step.emplace_back(std::get<TextString>(item).text);
        const bool is_a = step.back()[0] == 'a';
        result.items.push_back({{is_a ? 2.0F : 0.0F, is_a ? 0.0F : 5.0F},
                                3,
                                step.back() == "the emu"});
      }
      result.timing.forward = absl::Seconds(1);
      done(std::move(result));
    };
  }

  absl::StatusOr<EncodedLabelSet> Encode(size_t prompts_a_step) {
    std::optional<absl::StatusOr<EncodedLabelSet>> answer;
    EncodeLabelSet(model_, spec_, {}, prompts_a_step,
                   [&answer](absl::StatusOr<EncodedLabelSet> encoded) {
                     EXPECT_FALSE(answer.has_value());
                     answer = std::move(encoded);
                   });
    return answer.value_or(absl::InternalError("no answer"));
  }

  FakePipeline pipeline_{Record()};
  ServedModel model_;
  LabelSetSpec spec_;
  std::vector<std::vector<std::string>> steps_;
};

TEST_F(LabelSetEncodingTest, EncodesStepByStep) {
  const auto encoded = Encode(4);
  ASSERT_THAT(encoded, IsOk());
  EXPECT_THAT(steps_,
              ElementsAre(ElementsAre("a cat", "the cat", "a dog", "the dog"),
                          ElementsAre("a emu", "the emu")));
  EXPECT_EQ(encoded->set.name, "pets");
  EXPECT_EQ(encoded->set.model, &model_);
  EXPECT_THAT(encoded->set.labels, ElementsAre("cat", "dog", "emu"));
  EXPECT_EQ(encoded->set.template_count, 2);
  EXPECT_EQ(encoded->set.truncated_count, 1);
  EXPECT_EQ(encoded->timing.forward, absl::Seconds(2));
  ASSERT_EQ(encoded->set.weights.size(), 6U);
  for (const float weight : encoded->set.weights) {
    EXPECT_THAT(weight, FloatEq(0.70710678F));
  }
}

// As those are that a cache answers: the steps must not stand on one another.
TEST_F(LabelSetEncodingTest, AnyNumberOfStepsMayEndAtOnce) {
  constexpr size_t kLabels = 50 * 1000;
  spec_.labels.assign(kLabels, "cat");
  const auto encoded = Encode(1);
  ASSERT_THAT(encoded, IsOk());
  EXPECT_EQ(steps_.size(), 2 * kLabels);
  EXPECT_EQ(encoded->set.labels.size(), kLabels);
}

TEST_F(LabelSetEncodingTest, StepsMayEndOnAnotherThread) {
  spec_.labels.assign(100, "cat");
  batching::Mutex mutex;
  std::vector<std::thread> threads;
  pipeline_.set_handler([&](const std::vector<PipelineItem>& items,
                            const CallOptions&,
                            const EmbeddingPipeline::Done& done) {
    CallResult result;
    result.items.resize(items.size(), {{1.0F, 1.0F}, 3, false});
    batching::MutexLock lock(mutex);
    threads.emplace_back([done, result] { done(result); });
  });
  std::promise<absl::StatusOr<EncodedLabelSet>> answer;
  EncodeLabelSet(model_, spec_, {}, 1,
                 [&answer](absl::StatusOr<EncodedLabelSet> encoded) {
                   answer.set_value(std::move(encoded));
                 });
  EXPECT_THAT(answer.get_future().get(), IsOk());
  std::vector<std::thread> begun;
  {
    // The last may have ended before it was kept.
    batching::MutexLock lock(mutex);
    begun.swap(threads);
  }
  for (std::thread& thread : begun) thread.join();
}

TEST_F(LabelSetEncodingTest, ABadPromptNamesItsLabel) {
  pipeline_.set_handler([this](const std::vector<PipelineItem>& items,
                               const CallOptions& options,
                               const EmbeddingPipeline::Done& done) {
    const absl::Status bad = absl::InvalidArgumentError("bad");
    if (!steps_.empty()) return FailWith(bad, 1)(items, options, done);
    Record()(items, options, done);
  });
  EXPECT_THAT(Encode(4).status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("labels[2]: bad")));
}

TEST_F(LabelSetEncodingTest, RefusalsKeepTheirCode) {
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full")));
  EXPECT_THAT(Encode(4).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(LabelSetEncodingTest, AnEmbeddingOfZerosIsRefused) {
  pipeline_.set_handler(clip::testing::AnswerWith({0.0F, 0.0F}));
  EXPECT_THAT(Encode(4).status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("label 0")));
}

}  // namespace
}  // namespace clip::server
