#include "server/batching/batch_time_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace clip::batching {
namespace {

double Milliseconds(absl::Duration time) {
  return absl::ToDoubleMilliseconds(time);
}

// 5 ms and 2 ms a row.
absl::Duration TimeOf(int rows) { return absl::Milliseconds(5 + 2 * rows); }

BatchTimeModel Trained() {
  BatchTimeModel model;
  for (const int rows : {1, 8, 32, 16, 4, 2}) model.Record(rows, TimeOf(rows));
  return model;
}

TEST(BatchTimeModelTest, KnowsNothingBeforeTheFirstBatch) {
  const BatchTimeModel model;
  EXPECT_FALSE(model.known());
  EXPECT_EQ(model.Predict(8), absl::ZeroDuration());
  EXPECT_TRUE(std::isinf(model.LargestWithin(absl::Milliseconds(1))));
}

TEST(BatchTimeModelTest, FindsTheFixedPartAndThePartOfARow) {
  const BatchTimeModel model = Trained();
  EXPECT_NEAR(Milliseconds(model.Predict(1)), 7, 1e-6);
  EXPECT_NEAR(Milliseconds(model.Predict(24)), 53, 1e-6);
}

TEST(BatchTimeModelTest, TakesTimeToBeProportionalAfterOneSize) {
  BatchTimeModel model;
  model.Record(4, absl::Milliseconds(20));
  model.Record(4, absl::Milliseconds(20));
  EXPECT_NEAR(Milliseconds(model.Predict(8)), 40, 1e-6);
  EXPECT_NEAR(Milliseconds(model.Predict(1)), 5, 1e-6);
}

TEST(BatchTimeModelTest, FindsTheMostWorkWithinALimit) {
  const BatchTimeModel model = Trained();
  EXPECT_NEAR(model.LargestWithin(absl::Milliseconds(45)), 20, 1e-6);
  EXPECT_EQ(model.LargestWithin(absl::Milliseconds(4)), 0);
}

TEST(BatchTimeModelTest, IsNeverNegative) {
  BatchTimeModel falling;
  falling.Record(1, absl::Milliseconds(10));
  falling.Record(32, absl::Milliseconds(6));
  EXPECT_NEAR(Milliseconds(falling.Predict(64)),
              Milliseconds(falling.Predict(1)), 1e-6);
  BatchTimeModel steep;
  steep.Record(8, absl::Milliseconds(4));
  steep.Record(16, absl::Milliseconds(8));
  steep.Record(32, absl::Milliseconds(30));
  EXPECT_GE(steep.Predict(1), absl::ZeroDuration());
}

TEST(BatchTimeModelTest, OneHeldUpBatchChangesLittle) {
  BatchTimeModel model;
  for (int i = 0; i < 40; ++i) model.Record(8, absl::Milliseconds(20));
  model.Record(8, absl::Seconds(10));
  EXPECT_LT(Milliseconds(model.Predict(8)), 21);
}

TEST(BatchTimeModelTest, LearnsADeviceThatBecameSlower) {
  BatchTimeModel model;
  for (int i = 0; i < 40; ++i) model.Record(8, absl::Milliseconds(20));
  for (int i = 0; i < 120; ++i) model.Record(8, absl::Milliseconds(80));
  EXPECT_NEAR(Milliseconds(model.Predict(8)), 80, 5);
}

}  // namespace
}  // namespace clip::batching
