#include "model/train/finetune_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/model/train/web_dataset/tar_files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using clip::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FinetuneDataTest : public ::testing::Test {
 protected:
  FinetuneDataTest() {
    observer_.on_note = [this](const std::string& note) {
      notes_.push_back(note);
    };
  }

  absl::StatusOr<FinetuneData> Open() {
    return OpenFinetuneData(options_, observer_);
  }

  const TempFolder folder_;
  FinetuneOptions options_;
  FinetuneObserver observer_;
  std::vector<std::string> notes_;
};

TEST_F(FinetuneDataTest, TheEndOfTheNameTellsTheType) {
  options_.train_data = folder_.Write(
      "0.tar", TarBlocks({"a.jpg", "A"}) + TarBlocks({"a.txt", "one"}));
  options_.val_data =
      folder_.Write("val.tsv", "filepath\ttitle\nx.png\tx\ny.png\ty\n");
  const auto data = Open();
  ASSERT_THAT(data, IsOk());
  EXPECT_THAT(data->train->Where(0), EndsWith("0.tar:a"));
  EXPECT_THAT(data->val->Where(1), EndsWith("val.tsv:3"));
  EXPECT_EQ(data->zeroshot, nullptr);
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(FinetuneDataTest, AnotherNameNeedsItsType) {
  options_.train_data = folder_.Write("pairs", "filepath\ttitle\nx.png\tx\n");
  EXPECT_THAT(Open().status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("cannot be told")));
  options_.dataset_type = "csv";
  EXPECT_THAT(Open(), IsOk());
  options_.dataset_type = "webdataset";
  EXPECT_THAT(Open().status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr("pairs: at byte 0: ")));
}

TEST_F(FinetuneDataTest, SaysHowManySamplesAreLeftOut) {
  options_.train_data = folder_.Write("0.tar", TarBlocks({"a.png", "A"}) +
                                                   TarBlocks({"a.alt", "one"}) +
                                                   TarBlocks({"b.txt", "two"}));
  options_.image_key = "gif; png";
  options_.text_key = "alt";
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("0.tar: 1 pairs; 1 samples")));
}

}  // namespace
}  // namespace clip::model
