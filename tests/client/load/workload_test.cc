#include "client/load/workload.h"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <set>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kCalls = 20'000;

Workload NewWorkload(const WorkloadOptions& options) {
  return *Workload::Create(options);
}

TEST(WorkloadTest, ReadsAMix) {
  EXPECT_THAT(*ParseMix("image=0.7,text=0.3"), ElementsAre(0.7, 0.3, 0, 0, 0));
  EXPECT_THAT(*ParseMix("similarity=2"), ElementsAre(0, 0, 2, 0, 0));
  EXPECT_THAT(*ParseMix("stream-image=1,stream-text=3"),
              ElementsAre(0, 0, 0, 1, 3));
}

TEST(WorkloadTest, RefusesWhatIsNoMix) {
  for (const char* text :
       {"", "image", "image=", "image=x", "image=-1", "video=1", "image=1=2",
        "image=nan", "image=1,,text=1"}) {
    EXPECT_THAT(ParseMix(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_THAT(ParseMix("image=0,text=0"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("empty")));
}

TEST(WorkloadTest, KeepsTheShares) {
  WorkloadOptions options;
  options.mix = {1, 2, 1};
  options.spoilt_share = 0.1;
  const Workload workload = NewWorkload(options);
  std::array<int, kCallKindCount> calls = {};
  int spoilt = 0;
  for (int i = 0; i < kCalls; ++i) {
    const CallSpec spec = workload.SpecOf(static_cast<uint64_t>(i));
    ++calls[static_cast<size_t>(spec.kind)];
    spoilt += spec.spoil_picture;
  }
  EXPECT_NEAR(calls[0], kCalls / 4, kCalls / 50);
  EXPECT_NEAR(calls[1], kCalls / 2, kCalls / 50);
  // Texts cannot be spoilt.
  EXPECT_NEAR(spoilt, kCalls / 20, kCalls / 100);
}

TEST(WorkloadTest, AKindWithoutAShareNeverComes) {
  WorkloadOptions options;
  options.mix = {0, 1, 0};
  const Workload workload = NewWorkload(options);
  for (uint64_t i = 0; i < kCalls; ++i) {
    ASSERT_EQ(workload.SpecOf(i).kind, CallKind::kText);
  }
}

TEST(WorkloadTest, ACallHasTheItemsOfItsKind) {
  WorkloadOptions options;
  options.items_per_call = 3;
  EXPECT_THAT(NewWorkload(options).SpecOf(5).picture_ids, SizeIs(3));
  EXPECT_THAT(NewWorkload(options).SpecOf(5).text_ids, IsEmpty());
  options.mix = {0, 0, 1};
  EXPECT_THAT(NewWorkload(options).SpecOf(5).picture_ids, SizeIs(3));
  EXPECT_THAT(NewWorkload(options).SpecOf(5).text_ids, SizeIs(3));
}

TEST(WorkloadTest, AStreamedItemIsOneWhateverACallHolds) {
  WorkloadOptions options;
  options.items_per_call = 3;
  options.mix = {0, 0, 0, 1, 0};
  EXPECT_THAT(NewWorkload(options).SpecOf(5).picture_ids, SizeIs(1));
  EXPECT_THAT(NewWorkload(options).SpecOf(5).text_ids, IsEmpty());
  options.mix = {0, 0, 0, 0, 1};
  EXPECT_THAT(NewWorkload(options).SpecOf(5).picture_ids, IsEmpty());
  EXPECT_THAT(NewWorkload(options).SpecOf(5).text_ids, SizeIs(1));
}

TEST(WorkloadTest, SomeCallersGoAwayAndSomeHaveLittleTime) {
  WorkloadOptions options;
  options.cancels = *ParseSharedTimes("0.1:20ms");
  options.deadlines = *ParseSharedTimes("0.25:50ms,0.5:1s");
  const Workload workload = NewWorkload(options);
  std::map<absl::Duration, int> cancels, deadlines;
  int both = 0;
  for (uint64_t i = 0; i < kCalls; ++i) {
    const CallSpec spec = workload.SpecOf(i);
    ++cancels[spec.cancel_after];
    ++deadlines[spec.deadline];
    both += spec.cancel_after > absl::ZeroDuration() &&
            spec.deadline == absl::Seconds(1);
  }
  EXPECT_THAT(cancels, SizeIs(2));
  EXPECT_NEAR(cancels[absl::Milliseconds(20)], kCalls / 10, kCalls / 50);
  EXPECT_THAT(deadlines, SizeIs(3));
  EXPECT_NEAR(deadlines[absl::Milliseconds(50)], kCalls / 4, kCalls / 50);
  EXPECT_NEAR(deadlines[absl::Seconds(1)], kCalls / 2, kCalls / 50);
  // One does not depend on the other.
  EXPECT_NEAR(both, kCalls / 20, kCalls / 100);
}

TEST(WorkloadTest, RefusesWhatIsNoListOfSharesAndTimes) {
  for (const char* text :
       {"", "0.1", "0.1:", ":20ms", "2:20ms", "-0.1:20ms", "0.1:-20ms", "0.1:0",
        "0.1:inf", "nan:20ms", "0.6:20ms,0.6:30ms", "0.1:20ms,"}) {
    EXPECT_THAT(ParseSharedTimes(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
  EXPECT_THAT(*ParseSharedTimes("0.1:1ms,0.9:2ms"), SizeIs(2));
}

TEST(WorkloadTest, ItemsDifferUnlessDuplicatesAreAskedFor) {
  WorkloadOptions options;
  options.duplicate_share = 0.25;
  const Workload workload = NewWorkload(options);
  int hot = 0;
  std::set<uint64_t> others;
  for (uint64_t i = 0; i < kCalls; ++i) {
    const uint64_t id = workload.SpecOf(i).picture_ids[0];
    if (id < Workload::kHotItems) {
      ++hot;
    } else {
      others.insert(id);
    }
  }
  EXPECT_NEAR(hot, kCalls / 4, kCalls / 50);
  EXPECT_THAT(others, SizeIs(kCalls - hot));
}

TEST(WorkloadTest, TheSeedDecides) {
  WorkloadOptions options;
  const uint64_t first = NewWorkload(options).SpecOf(0).picture_ids[0];
  EXPECT_EQ(NewWorkload(options).SpecOf(0).picture_ids[0], first);
  options.seed = 2;
  EXPECT_NE(NewWorkload(options).SpecOf(0).picture_ids[0], first);
}

TEST(WorkloadTest, RefusesWhatIsOutOfRange) {
  WorkloadOptions options;
  options.items_per_call = 0;
  EXPECT_THAT(Workload::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("items_per_call")));
  options = {};
  options.spoilt_share = 1.5;
  EXPECT_THAT(Workload::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options = {};
  options.mix = {};
  EXPECT_THAT(Workload::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::client::load
