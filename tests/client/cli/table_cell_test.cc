#include "client/cli/table_cell.h"

#include <gtest/gtest.h>

namespace clip::client {
namespace {

TEST(TableCellTest, ControlCharactersCannotReachTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[2Jb\nc\x7f", 20), "a?[2Jb?c?");
  EXPECT_EQ(Printable("a\xc2\x9b"
                      "b",
                      20),
            "a?b")
      << "the C1 form of ESC [";
  EXPECT_EQ(Printable("\xc2\xa9", 20), "\xc2\xa9") << "not a control";
}

TEST(TableCellTest, LongTextIsCutBetweenCharacters) {
  EXPECT_EQ(Printable("abcdef", 6), "abcdef");
  EXPECT_EQ(Printable("abcdefg", 6), "abc...");
  EXPECT_EQ(Printable("ééééé", 4), "é...");
}

TEST(TableCellTest, LongPathsKeepTheirEnd) {
  EXPECT_EQ(PrintablePath("a/b.jpg", 7), "a/b.jpg");
  EXPECT_EQ(PrintablePath("folder/b.jpg", 8), "...b.jpg");
  EXPECT_EQ(PrintablePath("ééééé", 4), "...é");
  EXPECT_EQ(PrintablePath("a\nb", 8), "a?b");
}

TEST(TableCellTest, WidthCountsCharacters) {
  EXPECT_EQ(WidthOf("é日a"), 3U);
  EXPECT_EQ(PadRight("é", 3), "é  ");
  EXPECT_EQ(PadRight("abc", 2), "abc");
}

TEST(TableCellTest, AColumnIsAsWideAsItsLongestName) {
  EXPECT_EQ(ColumnWidth({"a", "abc", "ab"}, 10), 3U);
  EXPECT_EQ(ColumnWidth({"a", "abcdefghijkl"}, 10), 10U);
  EXPECT_EQ(ColumnWidth({}, 10), 0U);
}

}  // namespace
}  // namespace clip::client
