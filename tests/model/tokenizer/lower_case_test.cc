#include "model/tokenizer/lower_case.h"

#include <gtest/gtest.h>

namespace clip::model::text {
namespace {

TEST(LowerCaseTest, LowersLettersOfEveryScript) {
  EXPECT_EQ(LowerCase(U"ABC xyz 123"), U"abc xyz 123");
  EXPECT_EQ(LowerCase(U"ÉŁДԱ\U00010400\u1e9e"), U"éłдա\U00010428ß");
}

TEST(LowerCaseTest, SplitsTheDottedCapitalI) {
  EXPECT_EQ(LowerCase(U"\u0130x"), U"i\u0307x");
}

TEST(LowerCaseTest, UsesFinalSigmaOnlyAtTheEndOfAWord) {
  EXPECT_EQ(LowerCase(U"ΟΔΟΣ"), U"οδος");
  EXPECT_EQ(LowerCase(U"ΣΑΣ"), U"σας");
  EXPECT_EQ(LowerCase(U"Σ"), U"σ");
  EXPECT_EQ(LowerCase(U"1Σ"), U"1σ");
}

TEST(LowerCaseTest, LooksThroughCaseIgnorableCharactersAroundASigma) {
  EXPECT_EQ(LowerCase(U"Α.Σ"), U"α.ς");
  EXPECT_EQ(LowerCase(U"ΑΣ\u0301"), U"ας\u0301");
  EXPECT_EQ(LowerCase(U"ΑΣ\u0301Β"), U"ασ\u0301β");
}

TEST(LowerCaseTest, KeepsTheLongSAndTitleCaseRules) {
  EXPECT_EQ(LowerCase(U"\u017f\u01c5\u212a"), U"\u017f\u01c6k");
}

}  // namespace
}  // namespace clip::model::text
