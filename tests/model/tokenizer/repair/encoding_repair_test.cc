#include "model/tokenizer/repair/encoding_repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::model::text {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

std::u32string Repaired(const std::u32string& text) {
  RepairBudget budget(text.size());
  return EncodingRepair(&budget).Repair(text).value();
}

TEST(EncodingRepairTest, LeavesTextThatIsFine) {
  EXPECT_EQ(Repaired(U""), U"");
  EXPECT_EQ(Repaired(U"L'été à la plage"), U"L'été à la plage");
}

TEST(EncodingRepairTest, ReadsUtf8ThatWasTakenForOtherEncodings) {
  EXPECT_EQ(Repaired(U"schÃ¶n"), U"schön");
  EXPECT_EQ(Repaired(U"âœ” ok"), U"✔ ok");
  EXPECT_EQ(Repaired(U"вЂ™"), U"’");
  EXPECT_EQ(Repaired(U"√©t√©"), U"été");
}

TEST(EncodingRepairTest, GoesBackThroughSeveralMisreadings) {
  EXPECT_EQ(Repaired(U"ÃƒÆ’Ã‚Â©"), U"é");
  EXPECT_EQ(Repaired(U"ÃƒÂ©"), U"é");
}

TEST(EncodingRepairTest, RestoresNoBreakSpaces) {
  EXPECT_EQ(Repaired(U"voilÃ  le travail"), U"voilà le travail");
}

TEST(EncodingRepairTest, MarksSequencesThatLostAByte) {
  EXPECT_EQ(Repaired(U"â€œlike thisâ€\ufffd"), U"“like this\ufffd");
}

TEST(EncodingRepairTest, RepairsPartsOfMixedText) {
  EXPECT_EQ(Repaired(U"日本語 â€œquotedâ€\u009d"), U"日本語 “quoted”");
}

TEST(EncodingRepairTest, ReadsLoneControlCodesAsWindows1252) {
  EXPECT_EQ(Repaired(U"\u0093x\u0094"), U"“x”");
  EXPECT_EQ(Repaired(U"字\u0093"), U"字“");
}

TEST(EncodingRepairTest, StopsWithoutBudget) {
  RepairBudget budget(0);
  ASSERT_THAT(budget.Spend(8 << 20), IsOk());
  EXPECT_THAT(EncodingRepair(&budget).Repair(U"schÃ¶n"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::model::text
