#include "model/tokenizer/repair/entity_repair.h"

#include <gtest/gtest.h>

namespace clip::model::text {
namespace {

TEST(UnescapeCertainEntitiesTest, ReplacesNamesWithSemicolonOnly) {
  EXPECT_EQ(UnescapeCertainEntities(U"&lt;b&gt; &amp &eacute;"), U"<b> &amp é");
}

TEST(UnescapeCertainEntitiesTest, ReadsNamesInCapitals) {
  EXPECT_EQ(UnescapeCertainEntities(U"P&EACUTE;REZ &NTILDE; STRA&SZLIG;E"),
            U"PÉREZ Ñ STRASSE");
  EXPECT_EQ(UnescapeCertainEntities(U"&nTILDE;"), U"&nTILDE;");
}

TEST(UnescapeCertainEntitiesTest, TakesNoBeginningOfAName) {
  EXPECT_EQ(UnescapeCertainEntities(U"&notit;"), U"&notit;");
}

TEST(UnescapeCertainEntitiesTest, ReadsNumbersThatAreComplete) {
  EXPECT_EQ(UnescapeCertainEntities(U"&#65;&#x42; &#67 &#12ab; &#xg;"),
            U"AB &#67 &#12ab; &#xg;");
}

TEST(UnescapeCertainEntitiesTest, LeavesTheNumberOfASemicolon) {
  EXPECT_EQ(UnescapeCertainEntities(U"&#59; &#x3B;"), U"&#59; &#x3B;");
}

TEST(UnescapeCertainEntitiesTest, LeavesReferencesOfMoreThan24Characters) {
  EXPECT_EQ(UnescapeCertainEntities(U"&#000000000000000000000065;"), U"A");
  EXPECT_EQ(UnescapeCertainEntities(U"&#0000000000000000000000065;"),
            U"&#0000000000000000000000065;");
  EXPECT_EQ(UnescapeCertainEntities(U"&CounterClockwiseContourIntegral;"),
            U"&CounterClockwiseContourIntegral;");
}

TEST(UnescapeCertainEntitiesTest, LooksAtEachAmpersand) {
  EXPECT_EQ(UnescapeCertainEntities(U"&&amp;&a&lt;"), U"&&&a<");
}

}  // namespace
}  // namespace clip::model::text
