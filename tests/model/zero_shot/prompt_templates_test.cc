#include "model/zero_shot/prompt_templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(PromptTemplatesTest, TheLabelReplacesEveryPlaceholder) {
  EXPECT_EQ(FillPrompt("a photo of a {}.", "cat"), "a photo of a cat.");
  EXPECT_EQ(FillPrompt("{c}: {} and {c}", "x"), "x: x and x");
  EXPECT_EQ(PromptBytes("{c}: {} and {c}", 1), 10U);
}

TEST(PromptTemplatesTest, BracesOfALabelAreLetters) {
  EXPECT_EQ(FillPrompt("a {}.", "{} {c} {"), "a {} {c} {.");
}

TEST(PromptTemplatesTest, ATemplateNeedsAPlaceholder) {
  EXPECT_THAT(CheckPromptTemplate("{}"), IsOk());
  EXPECT_THAT(CheckPromptTemplate("no label"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckPromptTemplate(""),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(PromptTemplatesTest, AStrayBraceIsRefusedWithItsPlace) {
  for (const char* text : {"ab{", "ab}", "ab{x}{}", "ab{{}}", "ab}{}"}) {
    EXPECT_THAT(
        CheckPromptTemplate(text),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at byte 2")))
        << text;
  }
}

TEST(PromptTemplatesTest, TheBuiltInSetsAreOpenClips) {
  EXPECT_EQ(SimplePromptTemplates().size(), 7U);
  EXPECT_EQ(OpenAiPromptTemplates().size(), 80U);
  EXPECT_EQ(SimplePromptTemplates().front(), "itap of a {}.");
  EXPECT_EQ(OpenAiPromptTemplates().back(), "a tattoo of the {}.");
  for (const auto templates :
       {SimplePromptTemplates(), OpenAiPromptTemplates()}) {
    for (const std::string_view text : templates) {
      EXPECT_THAT(CheckPromptTemplate(text), IsOk()) << text;
    }
  }
}

}  // namespace
}  // namespace clip::model
