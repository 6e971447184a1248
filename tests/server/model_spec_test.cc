#include "server/model_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

constexpr char kNoBuiltins[] = "/nowhere";

void ExpectSpec(const std::string& value, const std::string& name,
                const std::string& directory) {
  const auto spec = ParseModelSpec(value, kNoBuiltins);
  ASSERT_THAT(spec, IsOk()) << value;
  EXPECT_EQ(spec->name, name) << value;
  EXPECT_EQ(spec->directory, directory) << value;
}

TEST(ModelSpecTest, ReadsANameAndAFolder) {
  ExpectSpec("small=/models/vit", "small", "/models/vit");
  ExpectSpec("small=relative", "small", "relative");
  ExpectSpec("small=/models/a=b", "small", "/models/a=b");
}

TEST(ModelSpecTest, NamesAFolderByItsLastPart) {
  ExpectSpec("/models/vit-b-32", "vit-b-32", "/models/vit-b-32");
  ExpectSpec("/models/vit-b-32/", "vit-b-32", "/models/vit-b-32/");
  ExpectSpec("models/./vit/../vit/.", "vit", "models/./vit/../vit/.");
  ExpectSpec("/models/a=b", "a=b", "/models/a=b");
}

TEST(ModelSpecTest, AnExistingFolderNeedsNoSlash) {
  ExpectSpec(".", std::filesystem::current_path().filename(), ".");
}

TEST(ModelSpecTest, NamesAFileWithoutItsExtension) {
  const clip::testing::TempFolder folder;
  const std::string file = folder.path() + "/ViT-B-32.pt";
  std::ofstream(file) << "weights";
  ExpectSpec(file, "ViT-B-32", file);
}

TEST(ModelSpecTest, RefusesEmptyParts) {
  for (const char* value : {"", "=", "a=", "=/models/a"}) {
    EXPECT_THAT(ParseModelSpec(value, kNoBuiltins),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << value;
  }
}

TEST(ModelSpecTest, AnUnknownNameIsNotFound) {
  EXPECT_THAT(ParseModelSpec("small", kNoBuiltins),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clip::server
