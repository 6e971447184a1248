#include "client/cli/json_list.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::clip::testing::TempFolder;
using ::testing::HasSubstr;

TEST(JsonListTest, WritesItsElementsInOrder) {
  const auto list = JsonList::CreateTemporary();
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT((*list)->Add("1"), IsOk());
  EXPECT_THAT((*list)->Add("\"two\""), IsOk());
  std::ostringstream out;
  EXPECT_THAT((*list)->WriteTo(out), IsOk());
  EXPECT_EQ(out.str(), "[1,\n\"two\"]");
}

TEST(JsonListTest, IsAnEmptyArrayAtFirst) {
  std::ostringstream out;
  EXPECT_THAT((*JsonList::CreateTemporary())->WriteTo(out), IsOk());
  EXPECT_EQ(out.str(), "[]");
}

TEST(JsonListTest, HoldsMoreThanItsBuffers) {
  const auto list = JsonList::CreateTemporary();
  std::string expected = "[";
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_THAT((*list)->Add(std::to_string(i)), IsOk());
    expected += (i == 0 ? "" : ",\n") + std::to_string(i);
  }
  std::ostringstream out;
  EXPECT_THAT((*list)->WriteTo(out), IsOk());
  EXPECT_TRUE(out.str() == expected + "]");
}

TEST(JsonListTest, LeavesNoFileBehind) {
  const TempFolder folder;
  const std::string path = folder.path() + "/list";
  const auto list = JsonList::Create(path);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT((*list)->Add("1"), IsOk());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(JsonListTest, TouchesNoFileThatIsThere) {
  const TempFolder folder;
  const std::string path = folder.Write("list", "somebody's");
  EXPECT_THAT(JsonList::Create(path),
              StatusIs(absl::StatusCode::kUnknown, HasSubstr("exists")));
  EXPECT_EQ(clip::testing::ReadWholeFile(path), "somebody's");
}

TEST(JsonListTest, SaysWhereItCannotBeKept) {
  EXPECT_THAT(
      JsonList::Create("/no/such/folder/list"),
      StatusIs(absl::StatusCode::kUnknown, HasSubstr("/no/such/folder")));
}

}  // namespace
}  // namespace clip::client
