#include "model/train/csv_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::TempFolder;
using ::testing::HasSubstr;

class CsvPairsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<CsvPairs>> Open(const std::string& text,
                                                 char separator = '\t') {
    CsvPairsOptions options;
    options.path = folder_.Write("pairs.csv", text);
    options.separator = separator;
    return CsvPairs::Create(options);
  }

  void ExpectRefused(const std::string& text, const std::string& problem) {
    const auto pairs = Open(text);
    EXPECT_EQ(pairs.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(pairs.status().message()), HasSubstr(problem));
  }

  const TempFolder folder_;
};

TEST_F(CsvPairsTest, ReadsPicturesBesideTheFile) {
  folder_.Write("a.png", "bytes");
  const auto pairs = Open("title\tx\tfilepath\r\na cat\t1\ta.png\r\n");
  ASSERT_THAT(pairs, IsOk());
  ASSERT_EQ((*pairs)->size(), 1);
  const auto pair = (*pairs)->Read(0);
  ASSERT_THAT(pair, IsOk());
  EXPECT_EQ(pair->image, "bytes");
  EXPECT_EQ(pair->text, "a cat");
}

TEST_F(CsvPairsTest, QuotedFieldsMayHoldAnything) {
  const auto pairs =
      Open("filepath,title\na,\"one, \"\"two\"\"\nthree\"\nb,c\n", ',');
  ASSERT_THAT(pairs, IsOk());
  EXPECT_EQ((*pairs)->text(0), "one, \"two\"\nthree");
  EXPECT_THAT((*pairs)->Where(1), HasSubstr("pairs.csv:4"));
}

TEST_F(CsvPairsTest, AMissingPictureNamesItsLine) {
  const auto pairs = Open("filepath\ttitle\nnone.png\tx\n");
  ASSERT_THAT(pairs, IsOk());
  const auto pair = (*pairs)->Read(0);
  EXPECT_EQ(pair.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(pair.status().message()), HasSubstr("pairs.csv:2: "));
}

TEST_F(CsvPairsTest, MalformedFilesAreRefusedWithTheirLine) {
  ExpectRefused("", ":1: there is no column filepath");
  ExpectRefused("filepath\tname\na\tb\n", ":1: there is no column title");
  ExpectRefused("filepath\ttitle\n", "there are no pairs");
  ExpectRefused("filepath\ttitle\na\tb\na\n", ":3: there are 1 fields, not 2");
  ExpectRefused("filepath\ttitle\na\t\"b\n", ":2: a quote is not closed");
}

}  // namespace
}  // namespace clip::model
