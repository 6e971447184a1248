#include "model/tokenizer/repair/character_repair.h"

#include <gtest/gtest.h>

namespace clip::model::text {
namespace {

TEST(FixC1ControlsTest, ReadsThemAsWindows1252) {
  EXPECT_EQ(FixC1Controls(U"\u0080\u0093\u0081a\u00a0"), U"€“\u0081a\u00a0");
}

TEST(FixLigaturesTest, TakesLatinLigaturesApart) {
  EXPECT_EQ(FixLigatures(U"ﬁ ﬃ ﬆ ﬅ ŉ ǅ æ"), U"fi ffi st ſt ʼn Dž æ");
}

TEST(FixCharacterWidthsTest, UsesTheUsualWidth) {
  EXPECT_EQ(FixCharacterWidths(U"Ａｂ１！\u3000ｱ￥"), U"Ab1! ア¥");
}

TEST(UncurlQuotesTest, StraightensSingleAndDoubleQuotes) {
  EXPECT_EQ(UncurlQuotes(U"‘a’ ‚b‛ “c” „d‟ ʼ «e»"),
            U"'a' 'b' \"c\" \"d\" ' «e»");
}

TEST(FixLineBreaksTest, MakesEveryBreakANewline) {
  EXPECT_EQ(FixLineBreaks(U"a\r\nb\rc\u2028d\u2029e\u0085f\n"),
            U"a\nb\nc\nd\ne\nf\n");
  EXPECT_EQ(FixLineBreaks(U"\r\r\n\n\r"), U"\n\n\n\n");
}

TEST(RemoveTerminalEscapesTest, DropsCompleteSequencesOnly) {
  EXPECT_EQ(RemoveTerminalEscapes(U"\x1b[36;44mblue\x1b[0m\x1b[K"), U"blue");
  EXPECT_EQ(RemoveTerminalEscapes(U"\x1b[12\x1b[!\x1b]"),
            U"\x1b[12\x1b[!\x1b]");
}

TEST(RemoveTerminalEscapesTest, TakesDigitsOfEveryScript) {
  EXPECT_EQ(RemoveTerminalEscapes(U"\x1b[\u0661;\uff12mx"), U"x");
}

TEST(RemoveControlsTest, DropsControlsButKeepsBlanksAndJoiners) {
  EXPECT_EQ(RemoveControls(std::u32string(U"a\0b\u0007\u000b\u007f\ufeff"
                                          U"\u206a\ufff9\ufffc",
                                          10)),
            U"ab");
  EXPECT_EQ(RemoveControls(U"\t\n\f\r\u200d\u200e\u0080"),
            U"\t\n\f\r\u200d\u200e\u0080");
}

TEST(RepairCharactersTest, StraightensTheQuoteOfALigature) {
  EXPECT_EQ(RepairCharacters(U"ŉ"), U"'n");
}

TEST(RepairCharactersTest, FindsEscapesBeforeItDropsTheEscapeCharacter) {
  EXPECT_EQ(RepairCharacters(U"\x1b[1mx\x1by"), U"xy");
}

}  // namespace
}  // namespace clip::model::text
