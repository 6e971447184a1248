#include "client/cli/line_reader.h"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::clip::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::FieldsAre;

std::vector<LineReader::Line> LinesOf(const std::string& text,
                                      size_t max_bytes) {
  std::istringstream in(text);
  const auto reader = LineReader::Open("-", in, max_bytes);
  std::vector<LineReader::Line> lines;
  while (auto line = (*reader)->Next()) lines.push_back(*std::move(line));
  return lines;
}

TEST(LineReaderTest, LeavesEndsAndEmptyLinesOut) {
  EXPECT_THAT(LinesOf("a\n\nb\r\n\r\nc", 100),
              ElementsAre(FieldsAre("a", false), FieldsAre("b", false),
                          FieldsAre("c", false)));
}

TEST(LineReaderTest, KeepsTheBeginningOfALineThatIsTooLong) {
  EXPECT_THAT(LinesOf("12345678\n1234\nab\r\n", 4),
              ElementsAre(FieldsAre("1234", true), FieldsAre("1234", false),
                          FieldsAre("ab", false)));
}

TEST(LineReaderTest, ReadsAFileLineByLine) {
  const TempFolder folder;
  std::istringstream in("not this");
  const auto reader = LineReader::Open(folder.Write("list", "a\nb\n"), in, 100);
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ((*reader)->Next()->text, "a");
  EXPECT_EQ((*reader)->Next()->text, "b");
  EXPECT_FALSE((*reader)->Next().has_value());
}

TEST(LineReaderTest, SaysWhyAFileCannotBeRead) {
  const TempFolder folder;
  std::istringstream in;
  EXPECT_THAT(LineReader::Open("/no/such/file", in, 100),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(LineReader::Open("/", in, 100),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clip::client
