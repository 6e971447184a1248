#include "server/pipeline/content_hasher.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::IsOk;

class ContentHasherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto hasher = ContentHasher::Create("model");
    ASSERT_THAT(hasher, IsOk());
    hasher_ = *std::move(hasher);
  }

  bool AreAlike(const PipelineItem& a, const PipelineItem& b) const {
    return hasher_->Hash(a) == hasher_->Hash(b);
  }

  std::unique_ptr<ContentHasher> hasher_;
};

TEST_F(ContentHasherTest, TheSameContentAtAnotherPlaceHasTheSameKey) {
  const std::string first(100'000, 'x');
  const std::string second = first;
  EXPECT_TRUE(AreAlike(EncodedImage{first}, EncodedImage{second}));
  EXPECT_TRUE(AreAlike(TextString{"cat"}, TextString{"cat"}));
}

TEST_F(ContentHasherTest, EveryByteCounts) {
  std::string first(1000, 'x');
  for (const size_t place : {size_t{0}, size_t{500}, size_t{999}}) {
    std::string second = first;
    second[place] = 'y';
    EXPECT_FALSE(AreAlike(EncodedImage{first}, EncodedImage{second}));
  }
  EXPECT_FALSE(AreAlike(TextString{"cat"}, TextString{"cat "}));
  EXPECT_FALSE(AreAlike(TextString{""}, TextString{std::string(1, '\0')}));
}

TEST_F(ContentHasherTest, KindAndShapeCount) {
  const std::string bytes(12, 'x');
  EXPECT_FALSE(AreAlike(EncodedImage{bytes}, TextString{bytes}));
  EXPECT_FALSE(AreAlike(EncodedImage{bytes}, NormalizedPixels{bytes}));
  EXPECT_FALSE(AreAlike(RgbPixels{2, 2, bytes}, RgbPixels{4, 1, bytes}));
  EXPECT_FALSE(AreAlike(RgbPixels{1, 4, bytes}, RgbPixels{4, 1, bytes}));
  const std::vector<int32_t> ids = {1, 2, 3};
  const std::vector<int32_t> more = {1, 2, 3, 0};
  EXPECT_TRUE(AreAlike(TextTokens{ids}, TextTokens{ids}));
  EXPECT_FALSE(AreAlike(TextTokens{ids}, TextTokens{more}));
}

TEST_F(ContentHasherTest, AnotherProcessHasOtherKeys) {
  const auto other = ContentHasher::Create("model");
  ASSERT_THAT(other, IsOk());
  const PipelineItem item = TextString{"cat"};
  EXPECT_FALSE(hasher_->Hash(item) == (*other)->Hash(item));
}

}  // namespace
}  // namespace clip::server
