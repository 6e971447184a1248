#include "model/tokenizer/repair/damaged_utf8.h"

#include <gtest/gtest.h>

namespace clip::model::text {
namespace {

TEST(RestoreNoBreakSpacesTest, PutsTheByteBackWhereItIsPlausible) {
  EXPECT_EQ(RestoreNoBreakSpaces("\xC5 x"), "\xC5\xA0x");
  EXPECT_EQ(RestoreNoBreakSpaces("\xE2 \x80"), "\xE2\xA0\x80");
  EXPECT_EQ(RestoreNoBreakSpaces("\xE0\x80 "), "\xE0\x80\xA0");
  EXPECT_EQ(RestoreNoBreakSpaces("\xF0\x9F \x80"), "\xF0\x9F\xA0\x80");
}

TEST(RestoreNoBreakSpacesTest, LeavesOtherSpaces) {
  for (const char* bytes : {"a b", "\xC4 x", "\xE0 \x80", "\xE2 \x85",
                            "\xE2 \xA0", "\xF0  \x80", "\xF0 \x80", "\xE9 "}) {
    EXPECT_EQ(RestoreNoBreakSpaces(bytes), bytes);
  }
}

TEST(RestoreNoBreakSpacesTest, KeepsTheSpaceBehindALoneAWithGrave) {
  EXPECT_EQ(RestoreNoBreakSpaces("\xC3 la"), "\xC3\xA0 la");
  EXPECT_EQ(RestoreNoBreakSpaces("voil\xC3  le"), "voil\xC3\xA0 le");
}

TEST(RestoreNoBreakSpacesTest, JoinsPortugueseWords) {
  EXPECT_EQ(RestoreNoBreakSpaces("\xC3 quele"), "\xC3\xA0quele");
  EXPECT_EQ(RestoreNoBreakSpaces("\xC3 s tr"), "\xC3\xA0s tr");
}

TEST(ReplaceLossySequencesTest, ReplacesSequencesThatLostAByte) {
  for (const char* bytes :
       {"\x1A", "\xC2\x1A", "\xC3?", "\xE2\x80\x1A", "\xE2?\x80", "\xE2\x1A?",
        "\xE2\x1A\x1A", "\xF0\x9F\x1A\x80", "\xF0?\x1A\x80",
        "\xED\xA0\x1A\xED\xB0\x80", "\xED\xA0?\xED\xB0?"}) {
    EXPECT_EQ(ReplaceLossySequences(bytes), "\xEF\xBF\xBD") << bytes;
  }
}

TEST(ReplaceLossySequencesTest, LeavesWholeSequencesAndOtherQuestionMarks) {
  for (const char* bytes : {"what?", "\xC4?", "\xE2\x80\x99", "\xE2??",
                            "\xF0??\x80", "\xF0\x9F\x98\x80", "\xC3"}) {
    EXPECT_EQ(ReplaceLossySequences(bytes), bytes);
  }
}

}  // namespace
}  // namespace clip::model::text
