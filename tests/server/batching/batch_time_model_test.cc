#include "server/batching/batch_time_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace clip::batching {
namespace {

double Milliseconds(absl::Duration time) {
  return absl::ToDoubleMilliseconds(time);
}

BatchWork Texts(int rows, int length) { return {rows, rows * length}; }
BatchWork Pictures(int rows) { return Texts(rows, 1); }

// 5 ms and 2 ms a picture.
absl::Duration TimeOf(int rows) { return absl::Milliseconds(5 + 2 * rows); }

// 2 ms, 0.1 ms a text and 0.01 ms a position.
absl::Duration TimeOf(const BatchWork& texts) {
  return absl::Milliseconds(2 + 0.1 * texts.rows + 0.01 * texts.positions);
}

BatchTimeModel Trained() {
  BatchTimeModel model;
  for (const int rows : {1, 8, 32, 16, 4, 2}) {
    model.Record(Pictures(rows), TimeOf(rows));
  }
  return model;
}

BatchTimeModel TrainedOnTexts() {
  BatchTimeModel model;
  for (const BatchWork& texts : {Texts(1, 77), Texts(8, 77), Texts(32, 77),
                                 Texts(32, 8), Texts(1, 16), Texts(4, 32)}) {
    model.Record(texts, TimeOf(texts));
  }
  return model;
}

TEST(BatchTimeModelTest, KnowsNothingBeforeTheFirstBatch) {
  const BatchTimeModel model;
  EXPECT_FALSE(model.known());
  EXPECT_EQ(model.Predict(Pictures(8)), absl::ZeroDuration());
}

TEST(BatchTimeModelTest, FindsTheFixedPartAndThePartOfARow) {
  const BatchTimeModel model = Trained();
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(1))), 7, 0.1);
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(24))), 53, 0.5);
}

TEST(BatchTimeModelTest, FindsThePartOfAPosition) {
  const BatchTimeModel model = TrainedOnTexts();
  for (const BatchWork& texts :
       {Texts(1, 8), Texts(16, 16), Texts(16, 64), Texts(32, 32)}) {
    const double truth = Milliseconds(TimeOf(texts));
    EXPECT_NEAR(Milliseconds(model.Predict(texts)), truth, 0.05 * truth);
  }
}

TEST(BatchTimeModelTest, TakesTimeToBeProportionalAfterOneSize) {
  BatchTimeModel model;
  model.Record(Pictures(4), absl::Milliseconds(20));
  model.Record(Pictures(4), absl::Milliseconds(20));
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(8))), 40, 1e-6);
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(1))), 5, 1e-6);
}

// As on a GPU, where 32 rows take hardly longer than one.
TEST(BatchTimeModelTest, FindsAFixedPartThatIsNearlyAll) {
  BatchTimeModel model;
  for (const int rows : {1, 8, 32}) {
    model.Record(Pictures(rows), absl::Milliseconds(1 + 0.01 * rows));
  }
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(1))), 1.01, 0.1);
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(16))), 1.16, 0.1);
}

TEST(BatchTimeModelTest, NeverSaysThatMoreWorkTakesLessTime) {
  std::mt19937 random(7);
  BatchTimeModel model;
  for (int i = 0; i < 2000; ++i) {
    const BatchWork work = Texts(1 + random() % 64, 1 + random() % 77);
    model.Record(work, absl::Microseconds(random() % 100'000));
    absl::Duration last = absl::ZeroDuration();
    for (const int length : {1, 8, 77}) {
      for (const int rows : {1, 2, 64}) {
        const BatchWork more = Texts(rows, length);
        EXPECT_GE(model.Predict(more), model.Predict(Texts(1, length)));
        EXPECT_GE(model.Predict({64, 64 * length}), last);
      }
      last = model.Predict({64, 64 * length});
    }
    ASSERT_TRUE(std::isfinite(Milliseconds(last)));
  }
}

TEST(BatchTimeModelTest, OneHeldUpBatchChangesLittle) {
  BatchTimeModel model;
  for (int i = 0; i < 40; ++i) {
    model.Record(Pictures(8), absl::Milliseconds(20));
  }
  model.Record(Pictures(8), absl::Seconds(10));
  EXPECT_LT(Milliseconds(model.Predict(Pictures(8))), 21);
}

TEST(BatchTimeModelTest, LearnsADeviceThatBecameSlower) {
  BatchTimeModel model = Trained();
  for (int i = 0; i < 120; ++i) {
    model.Record(Pictures(8), absl::Milliseconds(84));
  }
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(8))), 84, 5);
  // The sizes that did not run are expected to be slower, too.
  EXPECT_GT(Milliseconds(model.Predict(Pictures(1))), 14);
}

TEST(BatchTimeModelTest,
     AnHourOfFullBatchesTakesNothingFromWhatSmallOnesTaught) {
  BatchTimeModel model = Trained();
  std::mt19937 random(3);
  std::normal_distribution<double> noise(1.0, 0.05);
  for (int i = 0; i < 50'000; ++i) {
    model.Record(Pictures(32), std::max(0.5, noise(random)) * TimeOf(32));
  }
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(32))), 69, 3);
  EXPECT_NEAR(Milliseconds(model.Predict(Pictures(1))), 7, 1.5);
}

TEST(BatchTimeModelTest, LearnsFromATimeOfZero) {
  BatchTimeModel model;
  for (int i = 0; i < 3; ++i) model.Record(Pictures(1), absl::ZeroDuration());
  EXPECT_TRUE(model.known());
  EXPECT_LT(model.Predict(Pictures(32)), absl::Milliseconds(1));
}

}  // namespace
}  // namespace clip::batching
