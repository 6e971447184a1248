#include "model/train/web_dataset/tar_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/train/random_numbers.h"
#include "tests/model/train/web_dataset/tar_files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using clip::testing::TempFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class TarReaderTest : public ::testing::Test {
 protected:
  // "name=data" of each member up to the end or the first error.
  absl::StatusOr<std::vector<std::string>> Walk(const std::string& archive) {
    const auto file =
        RandomAccessFile::Open(folder_.Write("shard.tar", archive));
    if (!file.ok()) return file.status();
    TarReader reader(**file);
    std::vector<std::string> members;
    while (true) {
      const auto member = reader.Next();
      if (!member.ok()) return member.status();
      if (!member->has_value()) return members;
      const auto data = (*file)->Read((*member)->offset, (*member)->size);
      if (!data.ok()) return data.status();
      members.push_back(absl::StrCat((*member)->name, "=", *data));
    }
  }

  std::vector<std::string> MembersOf(const std::string& archive) {
    const auto members = Walk(archive);
    EXPECT_THAT(members, IsOk());
    return members.ok() ? *members : std::vector<std::string>();
  }

  void ExpectRefused(const std::string& archive, const std::string& where,
                     const std::string& problem) {
    const auto members = Walk(archive);
    ASSERT_THAT(members.status(), StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(members.status().message()),
                AllOf(HasSubstr("shard.tar: " + where), HasSubstr(problem),
                      Not(HasSubstr("\n"))));
  }

  const TempFolder folder_;
};

TEST_F(TarReaderTest, ReadsRegularFilesOfEveryAge) {
  EXPECT_THAT(
      MembersOf(
          TarBlocks({"a.txt", "one"}) + TarBlocks({"empty", ""}) +
          TarBlocks({"b.txt", std::string(512, 'x'), '0', "", "in/side"}) +
          TarBlocks({"v7", "two", '\0', "", "", ""}) +
          TarBlocks({"gnu", "3", '7', "", "times", "ustar  "}) + TarEnd()),
      ElementsAre("a.txt=one", "empty=",
                  "in/side/b.txt=" + std::string(512, 'x'), "v7=two", "gnu=3"));
}

TEST_F(TarReaderTest, TakesLongNamesAndSizesOfExtendedHeaders) {
  const std::string name(300, 'n');
  EXPECT_THAT(
      MembersOf(TarBlocks({"././@LongLink", name + std::string(1, '\0'), 'L'}) +
                TarBlocks({name.substr(0, 100), "gnu"}) +
                PaxBlocks("path", "p/" + name) + TarBlocks({"p", "pax"}) +
                PaxBlocks("size", "5") +
                TarBlocks({"s", "sized", '0', "00000000000"}) +
                TarBlocks({"plain", "again"}) + TarEnd()),
      ElementsAre(name + "=gnu", "p/" + name + "=pax", "s=sized",
                  "plain=again"));
}

TEST_F(TarReaderTest, TakesSizesInBase256) {
  EXPECT_THAT(MembersOf(TarBlocks({"a", "four", '0',
                                   "\x80" + std::string(10, '\0') + "\4"}) +
                        TarBlocks({"b", "next"}) + TarEnd()),
              ElementsAre("a=four", "b=next"));
}

TEST_F(TarReaderTest, PassesOverWhatIsNoFile) {
  EXPECT_THAT(MembersOf(TarBlocks({"folder/", "", '5'}) +
                        TarHeaderBlock({"link", "", '2', "00000077777"}) +
                        TarBlocks({"old/", "", '\0'}) +
                        PaxBlocks("comment", "hello", 'g') +
                        TarBlocks({"label", "some data", 'V'}) +
                        TarBlocks({"a", "x"}) + TarEnd()),
              ElementsAre("a=x"));
}

TEST_F(TarReaderTest, TheEndMayBeMissing) {
  EXPECT_THAT(MembersOf(TarBlocks({"a", "x"})), ElementsAre("a=x"));
  EXPECT_THAT(MembersOf(TarHeaderBlock({"a", "x"}) + "x"), ElementsAre("a=x"));
  EXPECT_THAT(MembersOf(TarEnd()), IsEmpty());
  EXPECT_THAT(MembersOf(TarEnd() + "whatever"), IsEmpty());
}

TEST_F(TarReaderTest, RefusesWhatIsNoTarArchive) {
  ExpectRefused("", "at byte 0: ", "cut off in a header");
  ExpectRefused(std::string(2000, 'x'), "at byte 0: ", "no tar archive");
  ExpectRefused("\x1f\x8b" + std::string(600, 'x'),
                "at byte 0: ", "compressed; only plain tar");
}

TEST_F(TarReaderTest, RefusesArchivesThatAreCutOff) {
  const std::string whole =
      TarBlocks({"a.jpg", "x"}) + TarBlocks({"b.jpg", std::string(700, 'y')});
  ExpectRefused(whole.substr(0, 1300), "at byte 1024: ", "cut off in a header");
  ExpectRefused(whole.substr(0, 2000), "member b.jpg at byte 1024: ",
                "shall have 700 bytes, but the file has 464 left");
  ExpectRefused(TarBlocks({"a", "x"}) + PaxBlocks("comment", "of what?"),
                "at byte 2048: ", "cut off behind an extended header");
}

TEST_F(TarReaderTest, RefusesSizesThatAreNone) {
  for (const std::string& size :
       {std::string("-0000000001"), std::string("0000000x001"),
        std::string("99999999999"), "\xff" + std::string(11, '\xff'),
        "\x80\x80" + std::string(10, '\0'), "\x90" + std::string(11, '\0')}) {
    ExpectRefused(TarBlocks({"ok", ""}) + TarBlocks({"a", "x", '0', size}),
                  "at byte 512: ", "size is not a number");
  }
  ExpectRefused(TarBlocks({"a", "x", '0', "77777777777"}),
                "member a at byte 0: ", "but the file has 512 left");
  ExpectRefused(TarBlocks({"a", "x", '0',
                           "\x80" + std::string(3, '\0') + "\x7f" +
                               std::string(7, '\xff')}),
                "member a at byte 0: ", "but the file has 512 left");
  ExpectRefused(PaxBlocks("size", "-5") + TarBlocks({"a", "x"}),
                "member pax at byte 0: ", "pax size is not a number");
  ExpectRefused(
      PaxBlocks("size", "18446744073709551615") + TarBlocks({"a", "x"}),
      "member a at byte 1024: ", "but the file has");
}

TEST_F(TarReaderTest, RefusesDamagedHeaders) {
  std::string archive = TarBlocks({"a", "x"}) + TarBlocks({"b", "y"});
  archive[1024] = 'c';
  ExpectRefused(archive, "at byte 1024: ", "checksum does not fit");
}

TEST_F(TarReaderTest, RefusesNamesThatAreNone) {
  ExpectRefused(TarBlocks({"", "x"}), "at byte 0: ", "name is empty");
  ExpectRefused(
      PaxBlocks("path", std::string("a\0b", 3)) + TarBlocks({"a", "x"}),
      "member a\\000b at byte 1024: ", "has a NUL");
  ExpectRefused(
      PaxBlocks("path", std::string(5000, 'a')) + TarBlocks({"a", "x"}),
      "member aaa", "too long");
}

TEST_F(TarReaderTest, NamesInMessagesStayOnOneLine) {
  ExpectRefused(TarBlocks({"a\nb\x1b[2J", "", 'S'}),
                "member a\\nb\\033[2J at byte 0: ", "sparse");
}

TEST_F(TarReaderTest, RefusesExtendedHeadersThatAreNone) {
  ExpectRefused(TarBlocks({"pax", "12 path", 'x'}), "member pax", "malformed");
  ExpectRefused(TarBlocks({"pax", "9999999 path=a\n", 'x'}), "member pax",
                "malformed");
  ExpectRefused(TarBlocks({"pax", "7 path\n", 'x'}), "member pax", "malformed");
  ExpectRefused(PaxBlocks("path", "a", 'g'), "member pax", "makes no sense");
  ExpectRefused(PaxBlocks("GNU.sparse.size", "9"), "member pax", "sparse");
  ExpectRefused(TarBlocks({"long", std::string(2 << 20, 'n'), 'L'}),
                "member long", "too large");
}

// Whatever is damaged, what is read lies inside of the file.
TEST_F(TarReaderTest, RandomDamageIsReadOrRefused) {
  const std::string whole =
      TarBlocks({"././@LongLink", std::string(200, 'n'), 'L'}) +
      TarBlocks({"n", "gnu"}) + PaxBlocks("path", "pax") +
      TarBlocks({"p", "data"}) + TarEnd();
  RandomNumbers numbers(3);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 3; ++i) {
      damaged[numbers.Below(damaged.size())] =
          static_cast<char>(numbers.Below(256));
    }
    damaged.resize(numbers.Below(2) == 0 ? damaged.size()
                                         : numbers.Below(damaged.size()));
    const auto members = Walk(damaged);
    if (members.ok()) continue;
    EXPECT_THAT(members.status(), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace clip::model
