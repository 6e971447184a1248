#include "client/cli/golden_answers.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "client/cli/npy_writer.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::clip::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class GoldenAnswersTest : public ::testing::Test {
 protected:
  GoldenAnswersTest()
      : path_((std::filesystem::path(folder_.path()) / "golden.npy").string()) {
    corpus_.picture_names = {"photos/./cat.jpg", "photos/dog.jpg"};
    corpus_.text_names = {"a cat", "a dog", "a cat"};
  }

  // Row i is [i, i + 1].
  void WriteGolden(const std::string& names, int rows) {
    auto writer = *NpyWriter::Create(path_, NpyType::kFloat32);
    for (int i = 0; i < rows; ++i) {
      const float row[] = {static_cast<float>(i), static_cast<float>(i + 1)};
      ASSERT_THAT(writer->AppendRow({reinterpret_cast<const char*>(row), 8}),
                  IsOk());
    }
    ASSERT_THAT(writer->Finish(), IsOk());
    std::ofstream(path_ + ".json") << "{\"names\": " << names << "}";
  }

  absl::Status Add() { return AddGoldenAnswers(path_, corpus_, known_); }

  TempFolder folder_;
  const std::string path_;
  PlannedCorpus corpus_{*load::Corpus::Create({}), {}, {}};
  std::vector<KnownAnswer> known_;
};

TEST_F(GoldenAnswersTest, FindsTheItemsOfTheRunByName) {
  WriteGolden(R"(["photos/cat.jpg", "photos/else.jpg", "a cat"])", 3);
  ASSERT_THAT(Add(), IsOk());
  ASSERT_THAT(known_, SizeIs(3));
  EXPECT_EQ(known_[0].kind, load::CallKind::kImage);
  EXPECT_EQ(known_[0].id, 0u);
  EXPECT_THAT(known_[0].embedding, ElementsAre(0, 1));
  // The text is twice in the list.
  EXPECT_EQ(known_[1].kind, load::CallKind::kText);
  EXPECT_EQ(known_[1].id, 0u);
  EXPECT_EQ(known_[2].id, 2u);
  EXPECT_THAT(known_[2].embedding, ElementsAre(2, 3));
}

TEST_F(GoldenAnswersTest, AFileThatSaysNothingOfTheRunIsAMistake) {
  WriteGolden(R"(["another"])", 1);
  EXPECT_THAT(Add(), StatusIs(absl::StatusCode::kInvalidArgument,
                              HasSubstr("names no picture")));
}

TEST_F(GoldenAnswersTest, RefusesFilesThatDoNotFit) {
  WriteGolden(R"(["a cat"])", 2);
  EXPECT_THAT(
      Add(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2 rows")));
  for (const char* names : {"3", "[3]", "null", "[\"a cat\""}) {
    WriteGolden(names, 1);
    EXPECT_THAT(Add(), StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("golden.npy.json")))
        << names;
  }
  std::ofstream(path_) << "not an array";
  EXPECT_THAT(Add(), StatusIs(absl::StatusCode::kInvalidArgument,
                              HasSubstr("golden.npy: not a .npy file")));
  std::filesystem::remove(path_);
  EXPECT_THAT(Add(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(known_, IsEmpty());
}

}  // namespace
}  // namespace clip::client
