#include "client/cli/image_inputs.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::TempFolder;

using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImageInputsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Inputs> Collect(size_t max_bytes = 1 << 20) {
    return inputs_.Collect(in_, max_bytes);
  }
  std::string Path(const std::string& name) const {
    return folder_.path() + "/" + name;
  }

  TempFolder folder_;
  std::istringstream in_;
  ImageInputs inputs_;
};

TEST_F(ImageInputsTest, AFolderGivesItsPicturesSorted) {
  for (const char* name :
       {"b.PNG", "a.jpg", "sub/deep/c.webp", "d.jpeg", "e.bmp", "notes.txt",
        ".hidden.jpg", ".cache/f.jpg", "noextension"}) {
    folder_.Write(name, "x");
  }
  inputs_.arguments = {folder_.path()};
  EXPECT_THAT(Collect()->names,
              ElementsAre(Path("a.jpg"), Path("b.PNG"), Path("d.jpeg"),
                          Path("e.bmp"), Path("sub/deep/c.webp")));
}

TEST_F(ImageInputsTest, KeepsTheOrderOfTheCommandLine) {
  folder_.Write("folder/x.jpg", "x");
  inputs_.arguments = {"z.jpg", Path("folder"), "a.strange"};
  EXPECT_THAT(Collect()->names,
              ElementsAre("z.jpg", Path("folder/x.jpg"), "a.strange"));
}

TEST_F(ImageInputsTest, DoesNotFollowLinksInCircles) {
  folder_.Write("sub/a.jpg", "x");
  std::filesystem::create_directory_symlink(folder_.path(), Path("sub/up"));
  inputs_.arguments = {folder_.path()};
  EXPECT_THAT(Collect()->names, ElementsAre(Path("sub/a.jpg")));
}

TEST_F(ImageInputsTest, ReadsPathsFromAFileOrStandardInput) {
  inputs_.files_from = folder_.Write("list", "a.jpg\r\n\nb.jpg");
  EXPECT_THAT(Collect()->names, ElementsAre("a.jpg", "b.jpg"));
  inputs_.files_from = "-";
  in_.str("c.jpg\n");
  EXPECT_THAT(Collect()->names, ElementsAre("c.jpg"));
}

TEST_F(ImageInputsTest, LoadsTheBytesOfEachFile) {
  const std::string bytes("\xff\xd8\x00\n", 4);
  inputs_.arguments = {folder_.Write("a.jpg", bytes)};
  EXPECT_EQ(*Collect()->load(0), bytes);
}

TEST_F(ImageInputsTest, LoadsOnePictureFromStandardInput) {
  in_.str(std::string("\x89PNG\0\n", 6));
  inputs_.arguments = {"-"};
  EXPECT_TRUE(inputs_.UsesStandardInput());
  EXPECT_EQ(*Collect()->load(0), std::string("\x89PNG\0\n", 6));
}

TEST_F(ImageInputsTest, StandardInputIsReadOnce) {
  inputs_.arguments = {"-"};
  inputs_.files_from = "-";
  EXPECT_THAT(Collect(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST_F(ImageInputsTest, WhatCannotBeReadFailsByItsName) {
  std::filesystem::create_directory(Path("empty"));
  inputs_.arguments = {Path("missing.jpg"), Path("empty")};
  const auto inputs = Collect();
  EXPECT_THAT(inputs->names, ElementsAre(Path("missing.jpg"), Path("empty")));
  EXPECT_THAT(inputs->load(0),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("No such file or directory")));
  EXPECT_THAT(inputs->load(1),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("holds no")));
}

TEST_F(ImageInputsTest, AFileAboveTheLimitIsRefused) {
  inputs_.arguments = {folder_.Write("a.jpg", "12345")};
  EXPECT_THAT(Collect(5)->load(0), clip::testing::IsOk());
  EXPECT_THAT(Collect(4)->load(0), StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(ImageInputsTest, NoPictureAtAllIsAnError) {
  EXPECT_THAT(Collect(), StatusIs(absl::StatusCode::kInvalidArgument));
  inputs_.files_from = Path("missing");
  EXPECT_THAT(Collect(), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clip::client
