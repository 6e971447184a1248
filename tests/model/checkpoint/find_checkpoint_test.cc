#include "model/checkpoint/find_checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::StatusIs;
using ::testing::HasSubstr;

class FindCheckpointTest : public ::testing::Test {
 protected:
  void Add(const std::string& name) const {
    std::ofstream(folder_.path() + "/" + name) << "x";
  }

  std::string Found() const {
    const auto path = FindCheckpoint(folder_.path());
    return path.ok() ? std::filesystem::path(*path).filename().string()
                     : path.status().ToString();
  }

  const clip::testing::TempFolder folder_;
};

TEST_F(FindCheckpointTest, PrefersTheNamesInOpenClipsOrder) {
  // Each is preferred to those added before it.
  for (const char* name :
       {"z.bin", "epoch_1.pt", "a.bin", "other.safetensors", "model.pth",
        "pytorch_model.pth", "pytorch_model.bin",
        "model.safetensors.index.json", "model.safetensors",
        "open_clip_pytorch_model.pth", "open_clip_pytorch_model.bin",
        "open_clip_pytorch_model.safetensors", "open_clip_model.safetensors"}) {
    if (std::string(name) == "epoch_1.pt") {
      Add("epoch_1.pt");
      EXPECT_EQ(Found(), "epoch_1.pt");
      continue;
    }
    Add(name);
    EXPECT_EQ(Found(), name);
  }
}

TEST_F(FindCheckpointTest, TakesNeitherAShardNorAHiddenFile) {
  Add("model-00001-of-00002.safetensors");
  Add(".cache.safetensors");
  Add("notes.txt");
  Add("-00001-of-00002.bin");
  EXPECT_THAT(FindCheckpoint(folder_.path()),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("open_clip_model.safetensors")));
}

TEST_F(FindCheckpointTest, TakesANameThatOnlyResemblesAShards) {
  Add("x-0001-of-0002.bin");
  EXPECT_EQ(Found(), "x-0001-of-0002.bin");
}

TEST_F(FindCheckpointTest, NamesAShardedPickleAsNotSupported) {
  Add("pytorch_model-00001-of-00002.bin");
  Add("pytorch_model.bin.index.json");
  EXPECT_THAT(FindCheckpoint(folder_.path()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("sharded pickles")));
}

}  // namespace
}  // namespace clip::model
