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

}  // namespace
}  // namespace clip::client
