#include "model/tokenizer/repair/badness.h"

#include <gtest/gtest.h>

#include <string_view>

namespace clip::model::text {
namespace {

TEST(LooksBadTest, AcceptsTextOfManyScripts) {
  for (const std::u32string_view text :
       {U"", U"plain", U"L'été à la plage", U"Größe: 5 °C, 3 × 2 µm",
        U"Съешь ещё", U"Γειά σου", U"日本語", U"“quotes” — and…", U"£5 or €6",
        U"(╯°□°)╯︵ ┻━┻", U"¿Qué? ¡Sí!"}) {
    EXPECT_FALSE(LooksBad(text));
  }
}

TEST(LooksBadTest, RecognizesMisreadText) {
  for (const std::u32string_view text :
       {U"\u0080", U"Ã©", U"â€œ", U"Â£", U"вЂ™", U"√©", U"‚Äú", U"Ð¿", U"à¤",
        U"Ù…Ø±", U"ГўВЂВ™a", U"×²"}) {
    EXPECT_TRUE(LooksBad(text));
  }
}

TEST(LooksBadTest, FindsABadPlaceAnywhere) {
  EXPECT_TRUE(LooksBad(U"a long and fine beginning, then Ã©"));
  EXPECT_TRUE(LooksBad(U"Ã© and a long and fine end"));
}

TEST(LooksBadTest, AppliesAnchoredRulesAtTheBeginningOnly) {
  EXPECT_TRUE(LooksBad(U"Ã x"));
  EXPECT_FALSE(LooksBad(U"X Ã x"));
}

TEST(LooksBadTest, NeedsTheWholeOfARule) {
  EXPECT_TRUE(LooksBad(U"œ."));
  EXPECT_FALSE(LooksBad(U"œ"));
}

}  // namespace
}  // namespace clip::model::text
