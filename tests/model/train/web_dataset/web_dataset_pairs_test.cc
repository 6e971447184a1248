#include "model/train/web_dataset/web_dataset_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/model/train/web_dataset/tar_files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using clip::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class WebDatasetPairsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<WebDatasetPairs>> Open(
      const std::string& shards = "0.tar") {
    options_.shards = folder_.path() + "/" + shards;
    return WebDatasetPairs::Create(options_);
  }

  // "key picture caption" of each pair.
  std::vector<std::string> PairsOf(const WebDatasetPairs& pairs) {
    std::vector<std::string> all;
    for (size_t i = 0; i < pairs.size(); ++i) {
      const std::string where = pairs.Where(i);
      const auto pair = pairs.Read(i);
      EXPECT_THAT(pair, IsOk());
      if (!pair.ok()) continue;
      all.push_back(where.substr(where.rfind(':') + 1) + " " + pair->image +
                    " " + pair->text);
    }
    return all;
  }

  const TempFolder folder_;
  WebDatasetOptions options_;
};

TEST_F(WebDatasetPairsTest, JoinsTheMembersOfASample) {
  folder_.Write("0.tar",
                TarBlocks({"a.jpg", "A"}) + TarBlocks({"a.txt", "one"}) +
                    TarBlocks({"b.txt", "two"}) + TarBlocks({"b.json", "{}"}) +
                    TarBlocks({"b.PNG", "B"}) + TarEnd());
  const auto pairs = Open();
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(PairsOf(**pairs), ElementsAre("a A one", "b B two"));
  EXPECT_EQ((*pairs)->left_out(), 0);
  EXPECT_THAT((*pairs)->Where(1), EndsWith("/0.tar:b"));
}

TEST_F(WebDatasetPairsTest, ReadsShardsInTheirOrder) {
  folder_.Write("0.tar",
                TarBlocks({"a.jpg", "A"}) + TarBlocks({"a.txt", "one"}));
  folder_.Write("1.tar", TarEnd());
  folder_.Write("2.tar",
                TarBlocks({"a.jpg", "B"}) + TarBlocks({"a.txt", "two"}));
  const auto pairs = Open("{2..0}.tar");
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(PairsOf(**pairs), ElementsAre("a B two", "a A one"));
}

TEST_F(WebDatasetPairsTest, LeavesOutSamplesWithoutPictureOrCaption) {
  folder_.Write("0.tar",
                TarBlocks({"a.jpg", "A"}) + TarBlocks({"b.txt", "two"}) +
                    TarBlocks({"c.jpg", "C"}) + TarBlocks({"c.txt", " "}) +
                    TarBlocks({"d.jpg", "D"}) +
                    TarBlocks({"d.txt", std::string(2 << 20, 'x')}) +
                    TarBlocks({"e.gif", "E"}) + TarBlocks({"e.txt", "x"}) +
                    TarBlocks({"f.jpg", "F"}) + TarBlocks({"f.txt", "six"}));
  const auto pairs = Open();
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(PairsOf(**pairs), ElementsAre("f F six"));
  EXPECT_EQ((*pairs)->left_out(), 5);
}

TEST_F(WebDatasetPairsTest, AnExtensionThatComesAgainStartsASample) {
  folder_.Write("0.tar",
                TarBlocks({"a.jpg", "A"}) + TarBlocks({"a.txt", "one"}) +
                    TarBlocks({"a.jpg", "B"}) + TarBlocks({"a.txt", "two"}) +
                    TarBlocks({"a.txt", "three"}));
  const auto pairs = Open();
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(PairsOf(**pairs), ElementsAre("a A one", "a B two"));
  EXPECT_EQ((*pairs)->left_out(), 1);
}

TEST_F(WebDatasetPairsTest, TheFirstOfTheKeysCounts) {
  const std::string both =
      TarBlocks({"a.png", "P"}) + TarBlocks({"a.jpg", "J"}) +
      TarBlocks({"a.alt", "alt"}) + TarBlocks({"a.txt", "txt"});
  folder_.Write("0.tar", both);
  EXPECT_THAT(PairsOf(**Open()), ElementsAre("a J txt"));
  options_.keys.image = {"webp", "png"};
  options_.keys.text = {"alt", "txt"};
  EXPECT_THAT(PairsOf(**Open()), ElementsAre("a P alt"));
}

TEST_F(WebDatasetPairsTest, CaptionsMayBeFieldsOfJson) {
  folder_.Write("0.tar",
                TarBlocks({"a.jpg", "A"}) + TarBlocks({"a.txt", "no"}) +
                    TarBlocks({"a.json", R"({"alt": "yes"})"}) +
                    TarBlocks({"b.jpg", "B"}) + TarBlocks({"b.txt", "no"}));
  options_.keys.json_text = {"alt"};
  const auto pairs = Open();
  ASSERT_THAT(pairs, IsOk());
  EXPECT_THAT(PairsOf(**pairs), ElementsAre("a A yes"));
  EXPECT_EQ((*pairs)->left_out(), 1);
}

TEST_F(WebDatasetPairsTest, ATooLargePictureIsAnErrorOfItsPair) {
  folder_.Write("0.tar", TarBlocks({"a.jpg", std::string(101, 'A')}) +
                             TarBlocks({"a.txt", "one"}));
  options_.max_image_bytes = 100;
  const auto pairs = Open();
  ASSERT_THAT(pairs, IsOk());
  const auto pair = (*pairs)->Read(0);
  EXPECT_THAT(pair.status(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(pair.status().message()),
              HasSubstr("/0.tar:a: the picture has 101 bytes"));
}

TEST_F(WebDatasetPairsTest, AShardThatIsCutLaterIsAnErrorOfItsPair) {
  const std::string archive =
      TarBlocks({"a.txt", "one"}) + TarBlocks({"a.jpg", "A"});
  folder_.Write("0.tar", archive);
  const auto pairs = Open();
  ASSERT_THAT(pairs, IsOk());
  folder_.Write("0.tar", archive.substr(0, 1400));
  const auto pair = (*pairs)->Read(0);
  EXPECT_THAT(std::string(pair.status().message()),
              HasSubstr("it ends too early"));
  folder_.Write("0.tar", std::string(3000, ' '));
  EXPECT_THAT(std::string((*pairs)->Read(0).status().message()),
              HasSubstr("/0.tar:a: the shard has changed"));
}

TEST_F(WebDatasetPairsTest, MissingShardsAndShardsWithoutPairsAreErrors) {
  EXPECT_THAT(Open().status(), StatusIs(absl::StatusCode::kNotFound));
  folder_.Write("0.tar", TarBlocks({"a.jpg", "A"}) + TarEnd());
  const auto pairs = Open();
  EXPECT_THAT(pairs.status(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(pairs.status().message()),
              HasSubstr("0.tar: there are no pairs; 1 samples"));
}

}  // namespace
}  // namespace clip::model
