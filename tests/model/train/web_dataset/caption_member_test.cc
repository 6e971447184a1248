#include "model/train/web_dataset/caption_member.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clip::model {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(CaptionMemberTest, PlainTextStaysAsItIs) {
  EXPECT_THAT(ReadCaption(" a cat\n", {}), Optional(Eq(" a cat\n")));
}

TEST(CaptionMemberTest, BlankOrBrokenTextIsNoCaption) {
  EXPECT_EQ(ReadCaption("", {}), std::nullopt);
  EXPECT_EQ(ReadCaption(" \n\t\xe3\x80\x80", {}), std::nullopt);
  EXPECT_EQ(ReadCaption("caf\xe9", {}), std::nullopt);
}

TEST(CaptionMemberTest, TheFirstFieldThatIsNotBlankCounts) {
  const std::string json =
      R"({"long": " ", "n": 7, "short": " a dog ", "last": "x"})";
  EXPECT_THAT(ReadCaption(json, {"gone", "n", "long", "short", "last"}),
              Optional(Eq("a dog")));
  EXPECT_EQ(ReadCaption(json, {"long", "n"}), std::nullopt);
}

TEST(CaptionMemberTest, WhatIsNoJsonObjectHasNoCaption) {
  EXPECT_EQ(ReadCaption("{", {"a"}), std::nullopt);
  EXPECT_EQ(ReadCaption("[\"a\"]", {"a"}), std::nullopt);
  EXPECT_EQ(ReadCaption("", {"a"}), std::nullopt);
}

}  // namespace
}  // namespace clip::model
