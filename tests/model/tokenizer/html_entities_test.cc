#include "model/tokenizer/html_entities.h"

#include <gtest/gtest.h>

#include <string>

namespace clip::model::text {
namespace {

TEST(UnescapeHtmlTest, ReplacesNamesWithAndWithoutSemicolon) {
  EXPECT_EQ(UnescapeHtml(U"&lt;b&gt; &amp &eacute;"), U"<b> & é");
}

TEST(UnescapeHtmlTest, TakesTheLongestBeginningThatIsAName) {
  EXPECT_EQ(UnescapeHtml(U"&notit; &notin; &ampamp;"), U"¬it; ∉ &amp;");
}

TEST(UnescapeHtmlTest, LeavesUnknownNames) {
  EXPECT_EQ(UnescapeHtml(U"&; & &x &nosuch; &#; &#x; &#xg;"),
            U"&; & &x &nosuch; &#; &#x; &#xg;");
}

TEST(UnescapeHtmlTest, ReplacesEntitiesOfTwoCharacters) {
  EXPECT_EQ(UnescapeHtml(U"&acE;"), U"\u223e\u0333");
}

TEST(UnescapeHtmlTest, FindsTheLongestNameOfAll) {
  EXPECT_EQ(UnescapeHtml(U"&CounterClockwiseContourIntegral;"), U"\u2233");
}

TEST(UnescapeHtmlTest, ReadsNumbersInBothBases) {
  EXPECT_EQ(UnescapeHtml(U"&#65;&#66&#x43;&#X44 &#12ab;"), U"ABCD \fab;");
}

TEST(UnescapeHtmlTest, ReadsC1NumbersAsWindows1252) {
  EXPECT_EQ(UnescapeHtml(U"&#128;&#x99;&#x81;"), U"€™\u0081");
}

TEST(UnescapeHtmlTest, ReplacesNumbersThatAreNoCharacter) {
  EXPECT_EQ(UnescapeHtml(U"&#0;&#xD800;&#x110000;&#99999999999999999999;"),
            U"\ufffd\ufffd\ufffd\ufffd");
}

TEST(UnescapeHtmlTest, DropsControlCodesAndNonCharacters) {
  EXPECT_EQ(UnescapeHtml(U"[&#1;&#11;&#27;&#127;&#xfdd0;&#x1ffff;]"), U"[]");
}

TEST(UnescapeHtmlTest, KeepsCarriageReturnAndNewline) {
  EXPECT_EQ(UnescapeHtml(U"&#13;&#10;"), U"\r\n");
}

TEST(UnescapeHtmlTest, ReadsNumbersOfAnyLength) {
  const std::u32string zeros(100000, U'0');
  EXPECT_EQ(UnescapeHtml(U"&#" + zeros + U"65;"), U"A");
  EXPECT_EQ(UnescapeHtml(U"&#1" + zeros + U";"), U"\ufffd");
}

TEST(FindUppercaseEntityTest, KnowsCapitalsOfLowerCaseNamesOnly) {
  EXPECT_NE(FindUppercaseEntity(U"NTILDE;"), nullptr);
  EXPECT_EQ(FindUppercaseEntity(U"nTILDE;"), nullptr);
  EXPECT_EQ(FindUppercaseEntity(U"Ntilde;"), nullptr);
}

}  // namespace
}  // namespace clip::model::text
