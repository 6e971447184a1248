#include "server/health/health_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  HealthReporter reporter_{service_};
};

TEST_F(HealthReporterTest, StartsNotServingUnderBothNames) {
  EXPECT_THAT(service_.changes,
              ElementsAre(Pair("", false), Pair("clip.v1.ClipService", false)));
}

TEST_F(HealthReporterTest, ServesSickensAndRecovers) {
  service_.changes.clear();
  reporter_.SetServing();
  reporter_.SetSick();
  reporter_.SetServing();
  EXPECT_THAT(service_.changes,
              ElementsAre(Pair("", true), Pair("clip.v1.ClipService", true),
                          Pair("", false), Pair("clip.v1.ClipService", false),
                          Pair("", true), Pair("clip.v1.ClipService", true)));
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
