#include "model/forward_graphs.h"

#include <ATen/ops/full.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace clip::model {
namespace {

using ::testing::ElementsAre;

// A graph that does the work again when it is replayed, and counts.
class FakeGraph final : public DeviceGraph {
 public:
  explicit FakeGraph(int& replays) : replays_(replays) {}
  void Record(const std::function<void()>& work) override { work_ = work; }
  void Replay() override {
    ++replays_;
    work_();
  }

 private:
  int& replays_;
  std::function<void()> work_;
};

// A graph of a device that refuses.
class RefusingGraph final : public DeviceGraph {
 public:
  void Record(const std::function<void()>& /*work*/) override {
    TORCH_CHECK(false, "operation not permitted when stream is capturing");
  }
  void Replay() override { ADD_FAILURE() << "not recorded"; }
};

class ForwardGraphsTest : public ::testing::Test {
 protected:
  // [rows] numbers from `first` on, as pictures of one value.
  static at::Tensor Input(int64_t rows, float first) {
    at::Tensor input = at::full({rows, 1}, first);
    for (int64_t i = 0; i < rows; ++i) input.select(0, i).add_(i);
    return input;
  }

  std::vector<float> Run(ForwardGraphs& graphs, int64_t rows, float first) {
    const at::Tensor output =
        graphs.Run(Input(rows, first), [this](const at::Tensor& input) {
          passes_.push_back(input.size(0));
          return input * 10;
        });
    EXPECT_EQ(output.size(0), rows);
    const at::Tensor values = output.contiguous();
    const float* data = values.const_data_ptr<float>();
    return {data, data + rows};
  }

  const c10::InferenceMode inference_;
  int replays_ = 0;
  // Rows of each pass that really ran.
  std::vector<int64_t> passes_;
  ForwardGraphs graphs_{
      [this] { return std::make_unique<FakeGraph>(replays_); }};
};

TEST_F(ForwardGraphsTest, TheFirstBatchOfABucketRunsAsEver) {
  EXPECT_THAT(Run(graphs_, 2, 1), ElementsAre(10, 20));
  EXPECT_EQ(replays_, 0);
  EXPECT_EQ(graphs_.recorded(), 0U);
}

TEST_F(ForwardGraphsTest, LaterBatchesAreReplayedWithTheirOwnRows) {
  Run(graphs_, 2, 1);
  EXPECT_THAT(Run(graphs_, 2, 3), ElementsAre(30, 40));
  EXPECT_THAT(Run(graphs_, 2, 7), ElementsAre(70, 80));
  EXPECT_EQ(replays_, 2);
  EXPECT_EQ(graphs_.recorded(), 1U);
}

TEST_F(ForwardGraphsTest, ABatchBetweenTwoBucketsIsFilledUp) {
  Run(graphs_, 4, 1);
  EXPECT_THAT(Run(graphs_, 4, 1), ElementsAre(10, 20, 30, 40));
  passes_.clear();
  EXPECT_THAT(Run(graphs_, 3, 5), ElementsAre(50, 60, 70));
  EXPECT_THAT(passes_, ElementsAre(4));
  EXPECT_EQ(graphs_.recorded(), 1U);
}

TEST_F(ForwardGraphsTest, LargeBatchesRunAsEver) {
  for (int i = 0; i < 3; ++i) Run(graphs_, ForwardGraphs::kMaxRows + 1, 0);
  EXPECT_EQ(replays_, 0);
}

TEST_F(ForwardGraphsTest, ShapesAndTypesHaveBucketsOfTheirOwn) {
  const auto run = [&](const at::Tensor& input) {
    return graphs_.Run(input, [](const at::Tensor& x) { return x + 1; });
  };
  for (int i = 0; i < 2; ++i) {
    run(at::full({1, 8}, 1, c10::kLong));
    run(at::full({1, 16}, 1, c10::kLong));
    run(at::full({1, 8}, 1.0F));
  }
  EXPECT_EQ(graphs_.recorded(), 3U);
  EXPECT_EQ(run(at::full({1, 16}, 4, c10::kLong)).scalar_type(), c10::kLong);
}

TEST_F(ForwardGraphsTest, WhatCannotBeRecordedRunsAsEver) {
  ForwardGraphs graphs([] { return std::make_unique<RefusingGraph>(); });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Run(graphs, 2, 3), ElementsAre(30, 40));
  }
  EXPECT_EQ(graphs.recorded(), 0U);
}

TEST_F(ForwardGraphsTest, ShortMemoryIsNotHidden) {
  const auto forward = [](const at::Tensor& x) -> at::Tensor {
    TORCH_CHECK_WITH(OutOfMemoryError, x.size(0) < 2, "no room");
    return x;
  };
  EXPECT_THROW(graphs_.Run(Input(2, 1), forward), c10::OutOfMemoryError);
  EXPECT_THROW(graphs_.Run(Input(2, 1), forward), c10::OutOfMemoryError);
  EXPECT_EQ(graphs_.Run(Input(1, 1), forward).size(0), 1);
}

TEST_F(ForwardGraphsTest, ADeviceWithoutGraphsRunsAsEver) {
  ForwardGraphs graphs(nullptr);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Run(graphs, 3, 1), ElementsAre(10, 20, 30));
  }
  EXPECT_EQ(graphs.recorded(), 0U);
}

TEST_F(ForwardGraphsTest, TheNumberOfGraphsIsBounded) {
  const auto run = [&](int64_t width) {
    graphs_.Run(at::full({1, width}, 1.0F),
                [](const at::Tensor& x) { return x; });
  };
  for (int64_t width = 1; width < 200; ++width) {
    run(width);
    run(width);
  }
  EXPECT_EQ(graphs_.recorded(), ForwardGraphs::kMaxGraphs);
}

}  // namespace
}  // namespace clip::model
