// The queue, its policy and admission together, under loads that a device of
// known speed can and cannot carry. Time is simulated: nothing waits.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "tests/testing/device_simulation.h"

namespace clip::server {
namespace {

using batching::BatchWork;
using batching::Lane;
using batching::Line;
using batching::Priority;
using clip::testing::DeviceSimulation;
using clip::testing::SimulatedCall;
using clip::testing::SimulatedOutcome;
using clip::testing::SimulatedServerOptions;

constexpr Line kPicture = {Lane::kImage};
constexpr Line kText = {Lane::kText};
constexpr Line kBulkPicture = {Lane::kImage, Priority::kBulk};
constexpr Line kBulkText = {Lane::kText, Priority::kBulk};

// A CPU's times: 5 ms and 20 ms a picture; 1 ms, 0.1 ms a text and 0.05 ms a
// position. Batches differ from that by a tenth.
class CpuTimes {
 public:
  absl::Duration operator()(Lane lane, const BatchWork& work) {
    const double milliseconds =
        lane == Lane::kImage
            ? 5 + 20.0 * work.rows
            : 1 + 0.1 * work.rows + 0.05 * static_cast<double>(work.positions);
    return std::clamp(noise_(random_), 0.7, 1.3) *
           absl::Milliseconds(milliseconds);
  }

 private:
  std::mt19937 random_{17};
  std::normal_distribution<double> noise_{1.0, 0.1};
};

SimulatedServerOptions Cpu() {
  SimulatedServerOptions options;
  options.policy.max_batch_size = 16;
  options.admission.max_queue_items = 100'000;
  options.time_of = CpuTimes();
  return options;
}

// Calls that come at random, on average so many a second.
class Arrivals {
 public:
  explicit Arrivals(absl::Duration length) : length_(length) {}

  void Add(Line line, double rate, absl::Duration patience,
           const std::vector<int>& lengths = {1}) {
    std::exponential_distribution<double> gap(rate);
    std::uniform_int_distribution<size_t> pick(0, lengths.size() - 1);
    absl::Duration now = absl::Seconds(gap(random_));
    for (; now < length_; now += absl::Seconds(gap(random_))) {
      calls_.push_back({start_ + now, line, lengths[pick(random_)], patience});
    }
  }
  // What is added from now on comes after all of the above.
  void NextPhase() { start_ += length_; }

  std::vector<SimulatedCall> InOrder() const {
    std::vector<SimulatedCall> calls = calls_;
    std::stable_sort(
        calls.begin(), calls.end(),
        [](const auto& a, const auto& b) { return a.arrival < b.arrival; });
    return calls;
  }

 private:
  const absl::Duration length_;
  absl::Duration start_;
  std::mt19937 random_{23};
  std::vector<SimulatedCall> calls_;
};

// Calls a second where the device never idles and every batch is full.
constexpr double kPeakPictures = 1000.0 * 16 / (5 + 20 * 16);

// Captions: mostly short, some as long as can be.
const std::vector<int> kCaptions = {8,  16, 16, 16, 16, 16,
                                    24, 24, 24, 32, 40, 77};

double InTimeOfAdmitted(const SimulatedOutcome& outcome) {
  return static_cast<double>(outcome.in_time) / outcome.admitted();
}

double Goodput(const DeviceSimulation& simulation, Line line) {
  return simulation.outcome(line).in_time /
         absl::ToDoubleSeconds(simulation.length());
}

std::vector<SimulatedCall> TooManyPictures() {
  Arrivals arrivals(absl::Seconds(20));
  arrivals.Add(kPicture, 10 * kPeakPictures, absl::Seconds(2));
  return arrivals.InOrder();
}

TEST(OverloadTest, AtTenTimesTheLoadGoodputIsThatOfTheDevice) {
  DeviceSimulation simulation(Cpu());
  simulation.Run(TooManyPictures());
  EXPECT_GT(Goodput(simulation, kPicture), 0.95 * kPeakPictures);
  EXPECT_GT(InTimeOfAdmitted(simulation.outcome(kPicture)), 0.99);
}

// What the test above would see without admission by the predicted wait.
TEST(OverloadTest, WithoutAdmissionGoodputCollapses) {
  SimulatedServerOptions options = Cpu();
  options.admits_by_wait = false;
  DeviceSimulation simulation(options);
  simulation.Run(TooManyPictures());
  EXPECT_LT(Goodput(simulation, kPicture), 0.5 * kPeakPictures);
}

TEST(OverloadTest, SeveralDevicesAreUsedAsOne) {
  SimulatedServerOptions options = Cpu();
  options.executors = 4;
  Arrivals arrivals(absl::Seconds(20));
  arrivals.Add(kPicture, 10 * 4 * kPeakPictures, absl::Seconds(2));
  DeviceSimulation simulation(options);
  simulation.Run(arrivals.InOrder());
  EXPECT_GT(Goodput(simulation, kPicture), 0.95 * 4 * kPeakPictures);
  EXPECT_GT(InTimeOfAdmitted(simulation.outcome(kPicture)), 0.99);
}

// Each lane has half of the device, so that the parts of their peaks come to
// one; bulk lines have little and keep their longer deadlines with it.
TEST(OverloadTest, LanesAndPrioritiesKeepTheirDeadlinesAtTenTimesTheLoad) {
  Arrivals texts_alone(absl::Seconds(20));
  texts_alone.Add(kText, 3000, absl::Seconds(2), kCaptions);
  DeviceSimulation peak(Cpu());
  peak.Run(texts_alone.InOrder());
  const double peak_texts = Goodput(peak, kText);

  Arrivals arrivals(absl::Seconds(20));
  arrivals.Add(kPicture, 10 * kPeakPictures, absl::Seconds(3));
  arrivals.Add(kText, 10 * peak_texts, absl::Seconds(2), kCaptions);
  arrivals.Add(kBulkPicture, kPeakPictures, absl::Seconds(20));
  arrivals.Add(kBulkText, peak_texts, absl::Seconds(20), kCaptions);
  DeviceSimulation simulation(Cpu());
  simulation.Run(arrivals.InOrder());
  double used = 0;
  for (const Line line : {kPicture, kBulkPicture}) {
    used += Goodput(simulation, line) / kPeakPictures;
  }
  for (const Line line : {kText, kBulkText}) {
    used += Goodput(simulation, line) / peak_texts;
  }
  EXPECT_GT(used, 0.9);
  for (const Line line : batching::kLines) {
    const SimulatedOutcome& outcome = simulation.outcome(line);
    EXPECT_GT(outcome.in_time, 0);
    EXPECT_GT(InTimeOfAdmitted(outcome), 0.98)
        << LaneName(line.lane) << " " << static_cast<int>(line.priority);
  }
}

TEST(OverloadTest, TextsThatSuddenlyAreTenTimesAsLongKeepTheirDeadlines) {
  Arrivals arrivals(absl::Seconds(10));
  for (const int length : {8, 77, 8}) {
    arrivals.Add(kText, 2500, absl::Seconds(2), {length});
    arrivals.NextPhase();
  }
  DeviceSimulation simulation(Cpu());
  simulation.Run(arrivals.InOrder());
  EXPECT_GT(InTimeOfAdmitted(simulation.outcome(kText)), 0.98);
  EXPECT_LT(simulation.prediction_error(), 0.15);
}

// Goodput towards a target, and with no deadline at all.
TEST(LatencyTargetTest, NeverAnswersFewerInTimeAndNeverFewerInAll) {
  constexpr absl::Duration kTarget = absl::Milliseconds(250);
  for (const double load : {0.3, 0.6, 0.8, 0.95, 1.5}) {
    Arrivals arrivals(absl::Seconds(60));
    arrivals.Add(kPicture, load * kPeakPictures, absl::InfiniteDuration());
    const auto run = [&](absl::Duration target) {
      SimulatedServerOptions options = Cpu();
      options.policy.target_latency = target;
      options.admission.max_queue_delay = absl::Seconds(3);
      DeviceSimulation simulation(options);
      simulation.Run(arrivals.InOrder());
      return simulation.outcome(kPicture);
    };
    const SimulatedOutcome plain = run(absl::InfiniteDuration());
    const SimulatedOutcome targeted = run(kTarget);
    const auto in_target = [&](const SimulatedOutcome& outcome) {
      return std::count_if(
          outcome.latencies.begin(), outcome.latencies.end(),
          [](absl::Duration latency) { return latency <= kTarget; });
    };
    EXPECT_GE(in_target(targeted), 0.99 * in_target(plain)) << load;
    EXPECT_GE(targeted.in_time, 0.99 * plain.in_time) << load;
    RecordProperty("in_target_plain", static_cast<int>(in_target(plain)));
    RecordProperty("in_target", static_cast<int>(in_target(targeted)));
    if (load > 0.5 && load < 0.9) {
      EXPECT_GT(in_target(targeted), in_target(plain)) << load;
    }
  }
}

SimulatedOutcome RunCaptions(bool group_by_length, double rate,
                             absl::Duration* length) {
  SimulatedServerOptions options = Cpu();
  options.policy.group_by_length = group_by_length;
  Arrivals arrivals(absl::Seconds(20));
  arrivals.Add(kText, rate, absl::InfiniteDuration(), kCaptions);
  DeviceSimulation simulation(options);
  simulation.Run(arrivals.InOrder());
  *length = simulation.length();
  return simulation.outcome(kText);
}

TEST(LengthGroupingUnderLoadTest, MoreCaptionsASecondWhereTheDeviceIsFull) {
  absl::Duration by_age;
  absl::Duration grouped;
  const double age_rate =
      RunCaptions(false, 1500, &by_age).in_time / absl::ToDoubleSeconds(by_age);
  const double group_rate = RunCaptions(true, 1500, &grouped).in_time /
                            absl::ToDoubleSeconds(grouped);
  RecordProperty("by_age", static_cast<int>(age_rate));
  RecordProperty("grouped", static_cast<int>(group_rate));
  EXPECT_GT(group_rate, 1.5 * age_rate);
}

// At a load that rows by age can just carry.
TEST(LengthGroupingUnderLoadTest, NoCaptionWaitsLongerForIt) {
  absl::Duration length;
  std::vector<absl::Duration> by_age =
      RunCaptions(false, 200, &length).latencies;
  std::vector<absl::Duration> grouped =
      RunCaptions(true, 200, &length).latencies;
  std::sort(by_age.begin(), by_age.end());
  std::sort(grouped.begin(), grouped.end());
  ASSERT_EQ(by_age.size(), grouped.size());
  EXPECT_LT(grouped.back(), by_age.back());
  EXPECT_LT(grouped[grouped.size() / 2], by_age[by_age.size() / 2]);
}

}  // namespace
}  // namespace clip::server
