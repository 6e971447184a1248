#include "client/cli/text_inputs.h"

#include <gmock/gmock.h>

#include <sstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::TempFolder;

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TextInputsTest, TakesTextsAndLinesInOrder) {
  const TempFolder folder;
  std::istringstream in("from stdin 1\n\nfrom stdin 2\r\n");
  TextInputs inputs;
  inputs.arguments = {"literal", "-", "last"};
  inputs.texts_from = folder.Write("texts", "from a file");
  const auto collected = inputs.Collect(in);
  ASSERT_THAT(collected, IsOk());
  EXPECT_THAT(collected->names,
              ElementsAre("literal", "from stdin 1", "from stdin 2", "last",
                          "from a file"));
  EXPECT_EQ(*collected->load(3), "last");
}

TEST(TextInputsTest, StandardInputIsReadOnce) {
  std::istringstream in("a");
  TextInputs inputs;
  inputs.arguments = {"-"};
  inputs.texts_from = "-";
  EXPECT_THAT(inputs.Collect(in),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(TextInputsTest, NoTextAtAllIsAnError) {
  std::istringstream in("\n\n");
  TextInputs inputs;
  inputs.arguments = {"-"};
  EXPECT_THAT(inputs.Collect(in), StatusIs(absl::StatusCode::kInvalidArgument));
  inputs.texts_from = "/no/such/file";
  EXPECT_THAT(inputs.Collect(in), StatusIs(absl::StatusCode::kNotFound));
}

TEST(TextInputsTest, ATextThatIsNotUtf8FailsAlone) {
  std::istringstream in;
  TextInputs inputs;
  inputs.arguments = {"good", "bad \xff"};
  const auto collected = inputs.Collect(in);
  EXPECT_THAT(collected->load(0), IsOk());
  EXPECT_THAT(collected->load(1), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(IsUtf8Test, TakesEveryLengthOfCharacter) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("a\u00e9\u20ac\U0001f600\U0010ffff"));
}

TEST(IsUtf8Test, RefusesWhatUnicodeForbids) {
  for (const char* text :
       {"\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82(",
        "\xf0\x9f\x98"}) {
    EXPECT_FALSE(IsUtf8(text)) << ::testing::PrintToString(std::string(text));
  }
}

}  // namespace
}  // namespace clip::client
