#include "server/health/health_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

namespace clip::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Keeps what it is told.
class FakeHealthService final : public grpc::HealthCheckServiceInterface {
 public:
  void SetServingStatus(const std::string& name, bool serving) override {
    changes.emplace_back(name, serving);
  }
  void SetServingStatus(bool /*serving*/) override {}

  std::vector<std::pair<std::string, bool>> changes;
};

class HealthReporterTest : public ::testing::Test {
 protected:
  FakeHealthService service_;
  std::atomic<bool> serving_{true};
  HealthReporter reporter_{service_, serving_};
};

TEST_F(HealthReporterTest, StartsNotServingUnderEveryName) {
  EXPECT_THAT(service_.changes,
              ElementsAre(Pair("", false), Pair("clip.v1.ClipService", false),
                          Pair("inference.GRPCInferenceService", false)));
  EXPECT_FALSE(serving_);
}

TEST_F(HealthReporterTest, ServesSickensAndRecovers) {
  service_.changes.clear();
  reporter_.SetServing();
  reporter_.SetSick();
  reporter_.SetServing();
  std::vector<bool> news;
  for (const auto& [name, serving] : service_.changes) {
    if (name == "clip.v1.ClipService") news.push_back(serving);
  }
  EXPECT_THAT(news, ElementsAre(true, false, true));
  EXPECT_EQ(service_.changes.size(), 9U);
}

TEST_F(HealthReporterTest, KeepsTheFlagOfOtherProtocols) {
  reporter_.SetServing();
  EXPECT_TRUE(serving_);
  reporter_.SetSick();
  EXPECT_FALSE(serving_);
  reporter_.SetServing();
  reporter_.SetDraining();
  EXPECT_FALSE(serving_);
}

TEST_F(HealthReporterTest, TellsOnlyOfChanges) {
  reporter_.SetServing();
  service_.changes.clear();
  reporter_.SetServing();
  EXPECT_THAT(service_.changes, IsEmpty());
}

TEST_F(HealthReporterTest, DrainingIsForGood) {
  reporter_.SetServing();
  reporter_.SetDraining();
  service_.changes.clear();
  reporter_.SetServing();
  reporter_.SetSick();
  EXPECT_THAT(service_.changes, IsEmpty());
}

}  // namespace
}  // namespace clip::server
