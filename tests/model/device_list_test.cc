#include "model/device_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DeviceListTest, ReadsOneDevice) {
  for (const char* name : {"auto", "cpu", "cuda:0", "cuda:12"}) {
    const auto devices = ParseDeviceList(name);
    ASSERT_THAT(devices, IsOk()) << name;
    EXPECT_THAT(*devices, ElementsAre(name));
  }
}

TEST(DeviceListTest, ReadsSeveralInTheirOrder) {
  EXPECT_THAT(*ParseDeviceList("cuda:1,cuda:0"),
              ElementsAre("cuda:1", "cuda:0"));
  EXPECT_THAT(*ParseDeviceList("cpu,cpu"), ElementsAre("cpu", "cpu"));
}

TEST(DeviceListTest, RefusesWhatIsNoDevice) {
  for (const char* list :
       {"", "gpu", "cuda", "cuda:", "cuda:x", "cuda:-1", "cuda:+1", "cuda: 1",
        "cuda:128", "cuda:99999999999", "CPU", "cpu,", ",cpu", "auto,cuda:0",
        "auto,auto", "cpu cpu", "cuda:0,,cuda:1"}) {
    EXPECT_THAT(
        ParseDeviceList(list),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a device is")))
        << list;
  }
}

TEST(DeviceListTest, RefusesAGpuThatIsNamedTwice) {
  EXPECT_THAT(ParseDeviceList("cuda:0,cuda:0"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("cuda:0 is named twice")));
}

TEST(DeviceListTest, RefusesUnlikeDevices) {
  EXPECT_THAT(
      ParseDeviceList("cpu,cuda:0"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("do not share")));
}

TEST(DeviceListTest, BoundsTheNumberOfDevices) {
  std::string list = "cpu";
  for (int i = 0; i < 128; ++i) list += ",cpu";
  EXPECT_THAT(
      ParseDeviceList(list),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 128")));
}

}  // namespace
}  // namespace clip::model
