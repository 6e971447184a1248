#include "client/load/corpus.h"

#include <gmock/gmock.h>

#include <cstring>
#include <set>
#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::StatusIs;
using ::testing::StartsWith;

uint32_t NumberAt(const std::string& file, size_t offset) {
  uint32_t number = 0;
  std::memcpy(&number, file.data() + offset, sizeof(number));
  return number;
}

TEST(CorpusTest, GeneratesWholeBmpFilesOfTheSizes) {
  CorpusOptions options;
  options.picture_sizes = {{5, 7}, {64, 32}};
  const Corpus corpus = *Corpus::Create(options);
  const std::string file = corpus.PictureOf(2);
  EXPECT_THAT(file, StartsWith("BM"));
  EXPECT_EQ(NumberAt(file, 2), file.size());
  EXPECT_EQ(NumberAt(file, 18), 5u);
  EXPECT_EQ(NumberAt(file, 22), 7u);
  // Rows of 15 bytes are padded to 16.
  EXPECT_EQ(file.size(), 54u + 7 * 16);
  EXPECT_EQ(NumberAt(corpus.PictureOf(3), 18), 64u);
}

TEST(CorpusTest, EqualIdsAreEqualItemsAndOthersAreNot) {
  const Corpus corpus = *Corpus::Create({});
  EXPECT_EQ(corpus.PictureOf(1), corpus.PictureOf(1));
  EXPECT_NE(corpus.PictureOf(1), corpus.PictureOf(2));
  EXPECT_EQ(corpus.TextOf(1), corpus.TextOf(1));
  EXPECT_NE(corpus.TextOf(1), corpus.TextOf(2));
}

TEST(CorpusTest, TakesItemsOfTheLists) {
  CorpusOptions options;
  options.pictures = {"first file", "second file"};
  options.texts = {"a cat", "a dog", "a boat"};
  const Corpus corpus = *Corpus::Create(options);
  EXPECT_EQ(corpus.PictureOf(7), "second file");
  EXPECT_EQ(corpus.TextOf(8), "a boat");
  EXPECT_EQ(corpus.FirstIdOfPicture(7), 1u);
  EXPECT_EQ(corpus.FirstIdOfText(8), 2u);
  EXPECT_EQ(corpus.RepeatedTexts(), 3u);
}

TEST(CorpusTest, RefusesSizesThatAreNone) {
  for (const std::pair<int, int>& size :
       {std::pair{3, 100}, std::pair{100, 9000}, std::pair{-5, 5}}) {
    CorpusOptions options;
    options.picture_sizes = {size};
    EXPECT_THAT(Corpus::Create(options),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(CorpusTest, EachSizeComesInEachFormat) {
  CorpusOptions options;
  options.picture_sizes = {{8, 8}, {16, 8}};
  options.picture_formats = {PictureFormat::kJpeg, PictureFormat::kPng};
  const Corpus corpus = *Corpus::Create(options);
  std::set<std::string> files;
  for (uint64_t id = 0; id < 8; ++id) {
    const std::string file = corpus.PictureOf(id);
    EXPECT_THAT(file, StartsWith(id % 2 == 0 ? "\xff\xd8\xff" : "\x89PNG"));
    files.insert(file);
  }
  EXPECT_EQ(files.size(), 8u);
  options.picture_formats = {};
  EXPECT_FALSE(Corpus::Create(options).ok());
}

}  // namespace
}  // namespace clip::client::load
