#include "model/checkpoint/zip_archive.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/model/checkpoint/zip_file.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

absl::Span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Text(absl::Span<const uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

class ZipArchiveTest : public ::testing::TestWithParam<ZipFileFormat> {
 protected:
  static std::string Write(const std::vector<ZipFileEntry>& entries) {
    return ZipFile(entries, GetParam());
  }
};

INSTANTIATE_TEST_SUITE_P(Formats, ZipArchiveTest,
                         ::testing::Values(ZipFileFormat::kZip32,
                                           ZipFileFormat::kZip64));

TEST_P(ZipArchiveTest, FindsEntriesInTheFile) {
  const std::string file = Write({{"a/data.pkl", "pickle"}, {"a/data/0", ""}});
  const auto archive = ZipArchive::Parse(Bytes(file));
  ASSERT_THAT(archive, IsOk());
  EXPECT_EQ(archive->size(), 2U);
  EXPECT_EQ(archive->Root().value(), "a/");
  EXPECT_EQ(Text(archive->Read("a/data.pkl").value()), "pickle");
  EXPECT_TRUE(archive->Read("a/data/0")->empty());
  EXPECT_THAT(archive->Read("a/data/1"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("a/data/1")));
}

TEST_P(ZipArchiveTest, RefusesEveryTruncation) {
  const std::string file = Write({{"a/data.pkl", "pickle"}, {"a/data/0", "x"}});
  for (size_t size = 0; size < file.size(); ++size) {
    const std::string part = file.substr(0, size);
    EXPECT_THAT(ZipArchive::Parse(Bytes(part)), StatusIs(kInvalid)) << size;
  }
}

TEST_P(ZipArchiveTest, RefusesANameThatComesTwice) {
  const std::string file = Write({{"a/data.pkl", "1"}, {"a/data.pkl", "2"}});
  EXPECT_THAT(ZipArchive::Parse(Bytes(file)),
              StatusIs(kInvalid, HasSubstr("comes twice")));
}

TEST_P(ZipArchiveTest, RefusesAnEntryWithTwoNames) {
  const std::string file = Write({{"good", "1", 0, 0, "evil"}});
  EXPECT_THAT(ZipArchive::Parse(Bytes(file)),
              StatusIs(kInvalid, HasSubstr("another name")));
}

TEST_P(ZipArchiveTest, RefusesSizesAndOffsetsThatLie) {
  for (const int64_t lie : {int64_t{1000}, int64_t{1} << 31}) {
    const std::string file = Write({{"a", "1", 0, 0, "", lie}});
    EXPECT_THAT(ZipArchive::Parse(Bytes(file)), StatusIs(kInvalid)) << lie;
    const std::string moved = Write({{"a", "1", 0, 0, "", 0, lie}});
    EXPECT_THAT(ZipArchive::Parse(Bytes(moved)),
                StatusIs(kInvalid, HasSubstr("no header where")))
        << lie;
  }
}

TEST_P(ZipArchiveTest, RefusesEntriesThatOverlap) {
  // The first claims the second's header for its data.
  const std::string file = Write({{"a", "1", 0, 0, "", 10}, {"b", "2"}});
  EXPECT_THAT(ZipArchive::Parse(Bytes(file)),
              StatusIs(kInvalid, HasSubstr("overlaps")));
}

TEST_P(ZipArchiveTest, HoldsACompressedEntryButDoesNotReadIt) {
  const std::string file = Write({{"code", "x", 8}, {"secret", "x", 0, 1}});
  const auto archive = ZipArchive::Parse(Bytes(file));
  ASSERT_THAT(archive, IsOk());
  for (const char* name : {"code", "secret"}) {
    EXPECT_TRUE(archive->Contains(name));
    EXPECT_THAT(archive->Read(name), StatusIs(kInvalid, HasSubstr(name)));
  }
}

TEST_P(ZipArchiveTest, NeedsExactlyOnePickleAtTheTop) {
  const std::string none = Write({{"a/b/data.pkl", "1"}, {"xdata.pkl", "1"}});
  const auto archive = ZipArchive::Parse(Bytes(none));
  ASSERT_THAT(archive, IsOk());
  EXPECT_THAT(archive->Root(), StatusIs(kInvalid, HasSubstr("no data.pkl")));
  const std::string two = Write({{"a/data.pkl", "1"}, {"b/data.pkl", "1"}});
  EXPECT_THAT(ZipArchive::Parse(Bytes(two))->Root(),
              StatusIs(kInvalid, HasSubstr("more than one")));
}

TEST(ZipArchiveEndTest, RefusesCountsThatLie) {
  std::string file = ZipFile({{"a", "1"}});
  const size_t count = file.size() - 22 + 10;
  file[count] = 2;
  EXPECT_THAT(ZipArchive::Parse(Bytes(file)),
              StatusIs(kInvalid, HasSubstr("claims 2 entries")));
  file[count] = 0;
  EXPECT_THAT(ZipArchive::Parse(Bytes(file)),
              StatusIs(kInvalid, HasSubstr("more directory")));
}

}  // namespace
}  // namespace clip::model
