#include "server/service/label_set_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr size_t kEmbedDim = 2;

class LabelSetRegistryTest : public ::testing::Test {
 protected:
  LabelSetRegistryTest() { model_.name = "m"; }

  absl::StatusOr<bool> Put(LabelSetRegistry& registry, const std::string& name,
                           std::vector<std::string> labels) {
    auto room = registry.Reserve(model_.name, name, labels, kEmbedDim);
    if (!room.ok()) return room.status();
    LabelSet set;
    set.name = name;
    set.model = &model_;
    set.labels = std::move(labels);
    return registry.Put(*std::move(room), std::move(set));
  }

  static LabelSetLimits Limits(size_t sets, size_t bytes = 1 << 20) {
    LabelSetLimits limits;
    limits.max_sets = sets;
    limits.max_bytes = bytes;
    return limits;
  }

  ServedModel model_;
};

TEST_F(LabelSetRegistryTest, FindsWhatWasPut) {
  LabelSetRegistry registry(Limits(2));
  EXPECT_THAT(registry.Find("m", "pets").status(),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(*Put(registry, "pets", {"cat", "dog"}));
  EXPECT_THAT((*registry.Find("m", "pets"))->labels, ElementsAre("cat", "dog"));
  EXPECT_THAT(registry.Find("other", "pets").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(LabelSetRegistryTest, ASetThatIsHeldOutlivesItsReplacementAndDeletion) {
  LabelSetRegistry registry(Limits(1));
  ASSERT_THAT(Put(registry, "pets", {"cat"}), IsOk());
  const auto held = *registry.Find("m", "pets");
  // The only slot is its own.
  EXPECT_FALSE(*Put(registry, "pets", {"dog"}));
  EXPECT_THAT(registry.Delete("m", "pets"), IsOk());
  EXPECT_THAT(held->labels, ElementsAre("cat"));
  EXPECT_THAT(registry.Delete("m", "pets"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(LabelSetRegistryTest, ListsByModelAndName) {
  LabelSetRegistry registry(Limits(4));
  for (const char* name : {"b", "c", "a"}) Put(registry, name, {"x"}).value();
  std::vector<std::string> names;
  for (const auto& set : registry.List()) names.push_back(set->name);
  EXPECT_THAT(names, ElementsAre("a", "b", "c"));
}

TEST_F(LabelSetRegistryTest, RefusesOneSetTooMany) {
  LabelSetRegistry registry(Limits(1));
  ASSERT_THAT(Put(registry, "a", {"x"}), IsOk());
  EXPECT_THAT(Put(registry, "b", {"x"}).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  ASSERT_THAT(registry.Delete("m", "a"), IsOk());
  EXPECT_THAT(Put(registry, "b", {"x"}), IsOk());
}

TEST_F(LabelSetRegistryTest, TheLastSlotGoesToTheFirstThatIsReady) {
  LabelSetRegistry registry(Limits(1));
  auto slow = registry.Reserve("m", "slow", {"x"}, kEmbedDim);
  ASSERT_THAT(slow, IsOk());
  ASSERT_THAT(Put(registry, "quick", {"x"}), IsOk());
  LabelSet set;
  set.name = "slow";
  set.model = &model_;
  EXPECT_THAT(registry.Put(*std::move(slow), set).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(LabelSetRegistryTest, BytesAreBoundedAndComeBack) {
  const std::vector<std::string> labels = {std::string(1000, 'x')};
  LabelSetRegistry registry(Limits(9, 1500));
  {
    const auto room = registry.Reserve("m", "a", labels, kEmbedDim);
    ASSERT_THAT(room, IsOk());
    EXPECT_THAT(Put(registry, "b", labels).status(),
                StatusIs(absl::StatusCode::kResourceExhausted));
  }
  ASSERT_THAT(Put(registry, "b", labels), IsOk());
  EXPECT_THAT(Put(registry, "c", labels).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  ASSERT_THAT(registry.Delete("m", "b"), IsOk());
  EXPECT_THAT(Put(registry, "c", labels), IsOk());
}

TEST_F(LabelSetRegistryTest, ThreadsMayPutFindAndDelete) {
  LabelSetRegistry registry(Limits(2));
  std::vector<std::thread> threads;
  for (const char* name : {"a", "b", "a", "b"}) {
    threads.emplace_back([&, name] {
      for (int i = 0; i < 200; ++i) {
        (void)Put(registry, name, {"x", "y"});
        const auto found = registry.Find("m", name);
        if (found.ok()) {
          EXPECT_THAT((*found)->labels, SizeIs(2));
        }
        (void)registry.Delete("m", name);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Every byte has come back: a full registry would refuse this one.
  EXPECT_THAT(registry.List(), SizeIs(0));
  EXPECT_THAT(Put(registry, "c", {"x"}), IsOk());
}

}  // namespace
}  // namespace clip::server
