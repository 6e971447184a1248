#include "model/tokenizer/repair/misread_run.h"

#include <gtest/gtest.h>

namespace clip::model::text {
namespace {

TEST(MisreadRunLengthTest, MeasuresSequencesOfEachLength) {
  EXPECT_EQ(MisreadRunLength(U"Ã©x", 0), 2u);
  EXPECT_EQ(MisreadRunLength(U"â€œx", 0), 3u);
  EXPECT_EQ(MisreadRunLength(U"ðŸ˜\u0080x", 0), 4u);
}

TEST(MisreadRunLengthTest, JoinsSequencesSideBySide) {
  EXPECT_EQ(MisreadRunLength(U"Ã©â€œÃ©!", 0), 7u);
}

TEST(MisreadRunLengthTest, FindsNothingInOtherText) {
  EXPECT_EQ(MisreadRunLength(U"abc", 0), 0u);
  EXPECT_EQ(MisreadRunLength(U"Ãx", 0), 0u);
}

TEST(MisreadRunLengthTest, LeavesSequencesThatAreCutShort) {
  EXPECT_EQ(MisreadRunLength(U"Ã", 0), 0u);
  EXPECT_EQ(MisreadRunLength(U"Ã©â€", 0), 2u);
}

TEST(MisreadRunLengthTest, StartsNowhereBehindAContinuation) {
  EXPECT_EQ(MisreadRunLength(U"©Ã©", 1), 0u);
  EXPECT_EQ(MisreadRunLength(U"”Ã©", 1), 2u);
}

}  // namespace
}  // namespace clip::model::text
