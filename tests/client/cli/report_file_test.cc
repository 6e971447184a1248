#include "client/cli/report_file.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::ReadWholeFile;
using ::clip::testing::StatusIs;
using ::clip::testing::TempFolder;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

TEST(ReportFileTest, HasItsNameOnlyWhenItIsComplete) {
  const TempFolder folder;
  const std::string path = (fs::path(folder.path()) / "report.json").string();
  ReportFile file(path);
  ASSERT_THAT(file.Open(), IsOk());
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(path + ".partial"));
  ASSERT_THAT(file.Write("the report"), IsOk());
  EXPECT_EQ(ReadWholeFile(path), "the report");
  EXPECT_FALSE(fs::exists(path + ".partial"));
}

TEST(ReportFileTest, AFullDiskIsAnErrorThatSaysWhereTheRestIs) {
  const TempFolder folder;
  const std::string path = (fs::path(folder.path()) / "report.json").string();
  fs::create_symlink("/dev/full", path + ".partial");
  ReportFile file(path);
  ASSERT_THAT(file.Open(), IsOk());
  EXPECT_THAT(file.Write("the report"),
              StatusIs(absl::StatusCode::kUnknown,
                       ::testing::AllOf(HasSubstr("No space left"),
                                        HasSubstr("report.json.partial"))));
  EXPECT_FALSE(fs::exists(path));
}

TEST(ReportFileTest, AFolderThatIsNotThereIsFoundBeforeTheWork) {
  ReportFile file("/no/such/folder/report.json");
  EXPECT_THAT(file.Open(), StatusIs(absl::StatusCode::kNotFound,
                                    HasSubstr("/no/such/folder")));
}

TEST(ReportFileTest, NoPathIsNoFile) {
  ReportFile file("");
  EXPECT_THAT(file.Open(), IsOk());
  EXPECT_THAT(file.Write("the report"), IsOk());
}

}  // namespace
}  // namespace clip::client
