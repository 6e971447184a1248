#include "model/train/web_dataset/member_name.h"

#include <gtest/gtest.h>

namespace clip::model {
namespace {

std::string Split(const std::string& name) {
  const auto parts = SplitMemberName(name);
  return parts ? parts->key + "|" + parts->extension : "none";
}

TEST(MemberNameTest, TheExtensionStartsAtTheFirstDotOfTheLastPart) {
  EXPECT_EQ(Split("000.jpg"), "000|jpg");
  EXPECT_EQ(Split("a/b.c/000.seg.PNG"), "a/b.c/000|seg.png");
  EXPECT_EQ(Split("./000.txt"), "./000|txt");
  EXPECT_EQ(Split("000."), "000|");
}

TEST(MemberNameTest, SomeMembersBelongToNoSample) {
  EXPECT_EQ(Split("README"), "none");
  EXPECT_EQ(Split("a.b/README"), "none");
  EXPECT_EQ(Split("._000.jpg"), "none");
  EXPECT_EQ(Split("a/.hidden.jpg"), "none");
  EXPECT_EQ(Split("__index__/000.jpg"), "none");
  EXPECT_EQ(Split("__key__"), "none");
  EXPECT_EQ(Split("__a.jpg"), "__a|jpg");
}

}  // namespace
}  // namespace clip::model
