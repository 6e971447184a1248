#include "model/checkpoint/torch_archive_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "model/checkpoint/safetensors_reader.h"
#include "tests/model/checkpoint/pickle_program.h"
#include "tests/model/checkpoint/zip_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string Golden(const std::string& name) {
  return std::string(CLIP_SOURCE_DIR) + "/tests/golden/checkpoint/" + name;
}

absl::StatusOr<TorchArchive> ReadFile(const std::string& path,
                                      const TorchArchiveOptions& options = {}) {
  auto file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  return ReadTorchArchive(*std::move(file), options);
}

void ExpectEqual(const TensorView& actual, const TensorView& expected,
                 const std::string& name) {
  EXPECT_EQ(actual.dtype, expected.dtype) << name;
  EXPECT_EQ(actual.shape, expected.shape) << name;
  EXPECT_EQ(actual.bytes, expected.bytes) << name;
}

void ExpectTensorsOf(const StateDict& actual, const std::string& golden,
                     const std::string& prefix = "") {
  const auto expected = ReadSafetensors(Golden(golden));
  ASSERT_THAT(expected, IsOk());
  EXPECT_EQ(actual.tensors().size(), expected->tensors().size());
  for (const auto& [name, view] : expected->tensors()) {
    const auto found = actual.tensors().find(prefix + name);
    ASSERT_NE(found, actual.tensors().end()) << name;
    ExpectEqual(found->second, view, name);
  }
}

TEST(TorchArchiveGoldenTest, ReadsEveryTypeAndLayoutOfAStateDict) {
  for (const char* name : {"state_dict.pt", "protocol4.pt"}) {
    const auto archive = ReadFile(Golden(name));
    ASSERT_THAT(archive, IsOk());
    EXPECT_FALSE(archive->is_torch_script);
    ExpectTensorsOf(archive->state_dict, "state_dict.safetensors");
  }
}

TEST(TorchArchiveGoldenTest, CopiesOnlyWhatIsStrided) {
  const auto archive = ReadFile(Golden("state_dict.pt"));
  ASSERT_THAT(archive, IsOk());
  const auto& tensors = archive->state_dict.tensors();
  const TensorView& whole = tensors.at("float32");
  const TensorView& part = tensors.at("shares_storage");
  EXPECT_EQ(part.bytes.data(), whole.bytes.data() + 6 * sizeof(float));
  EXPECT_EQ(part.owned, nullptr);
  EXPECT_NE(tensors.at("transposed").owned, nullptr);
}

TEST(TorchArchiveGoldenTest, FindsTheWeightsOfATrainingCheckpoint) {
  const auto archive = ReadFile(Golden("training.pt"));
  ASSERT_THAT(archive, IsOk());
  ExpectTensorsOf(archive->state_dict, "training.safetensors", "module.");
}

TEST(TorchArchiveGoldenTest, FindsTheMovingAverageWhereAskedFor) {
  TorchArchiveOptions options;
  options.use_ema = true;
  const auto archive = ReadFile(Golden("training.pt"), options);
  ASSERT_THAT(archive, IsOk());
  EXPECT_EQ(archive->state_dict.tensors().count("first.weight"), 1U);
  EXPECT_THAT(ReadFile(Golden("state_dict.pt"), options),
              StatusIs(kInvalid, HasSubstr("state_dict_ema")));
}

TEST(TorchArchiveGoldenTest, ReadsAModuleThatTorchScriptSaved) {
  const auto archive = ReadFile(Golden("torch_script.pt"));
  ASSERT_THAT(archive, IsOk());
  EXPECT_TRUE(archive->is_torch_script);
  ExpectTensorsOf(archive->state_dict, "torch_script.safetensors");
}

class TorchArchiveReaderTest : public ::testing::Test {
 protected:
  absl::StatusOr<TorchArchive> ReadBytes(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    return ReadFile(path_);
  }

  // An archive of a pickle and a storage "0".
  absl::StatusOr<TorchArchive> ReadPickled(
      const std::string& pickle, const std::string& storage = "") const {
    return ReadBytes(ZipFile({{"a/data.pkl", pickle}, {"a/data/0", storage}}));
  }

  absl::StatusOr<TorchArchive> ReadModule(const std::string& pickle) const {
    return ReadBytes(ZipFile({{"a/data.pkl", pickle},
                              {"a/constants.pkl", ""},
                              {"a/data/0", "1234"}}));
  }

  const clip::testing::TempFolder folder_;
  const std::string path_ = folder_.path() + "/model.pt";
};

TEST_F(TorchArchiveReaderTest, RefusesAStorageOfAnotherSize) {
  const auto pickle = PickleProgram()
                          .Raw("}(")
                          .Text("w")
                          .Tensor(6, 0, {6}, {1})
                          .Raw("u")
                          .Stop();
  ASSERT_THAT(ReadPickled(pickle, std::string(24, 'x')), IsOk());
  for (const size_t size : {0, 23, 25, 20, 28}) {
    EXPECT_THAT(ReadPickled(pickle, std::string(size, 'x')),
                StatusIs(kInvalid,
                         AllOf(HasSubstr("key w"), HasSubstr("storage of 6"))));
  }
}

TEST_F(TorchArchiveReaderTest, RefusesAStorageThatIsNotThere) {
  for (const char* key : {"1", "../data.pkl", "/etc/passwd", ""}) {
    const auto pickle = PickleProgram()
                            .Raw("}(")
                            .Text("w")
                            .Global("torch._utils", "_rebuild_tensor_v2")
                            .Raw("(")
                            .Storage("FloatStorage", key, 1)
                            .Int(0)
                            .Tuple({1})
                            .Tuple({1})
                            .Raw("\x89N")
                            .Raw("tRu")
                            .Stop();
    EXPECT_THAT(
        ReadPickled(pickle, "1234"),
        StatusIs(kInvalid, AllOf(HasSubstr("key w"), HasSubstr("not there"))));
  }
}

TEST_F(TorchArchiveReaderTest, BoundsWhatStridedViewsCopy) {
  PickleProgram program;
  program.Raw("}(");
  for (char name = 'A'; name <= 'Z'; ++name) {
    program.Text(std::string(1, name)).Tensor(100, 0, {50, 2}, {1, 50});
  }
  EXPECT_THAT(ReadPickled(program.Raw("u").Stop(), std::string(400, 'x')),
              StatusIs(kInvalid, HasSubstr("strided")));
}

TEST_F(TorchArchiveReaderTest, RefusesWhatIsNoStateDict) {
  EXPECT_THAT(ReadPickled(PickleProgram().Raw("N").Stop()),
              StatusIs(kInvalid, HasSubstr("None, not a state dict")));
  EXPECT_THAT(ReadPickled(PickleProgram().Tensor(0, 0, {0}, {1}).Stop()),
              StatusIs(kInvalid, HasSubstr("a tensor, not a state dict")));
  EXPECT_THAT(ReadPickled(PickleProgram().Raw("}(").Text("a").Raw("Nu").Stop()),
              StatusIs(kInvalid, HasSubstr("key a holds None")));
  EXPECT_THAT(
      ReadPickled(
          PickleProgram().Raw("}(").Text("state_dict").Raw("]u").Stop()),
      StatusIs(kInvalid, HasSubstr("key state_dict holds a list")));
  EXPECT_THAT(ReadPickled(PickleProgram().Raw("}(").Raw("K\1K\1u").Stop()),
              StatusIs(kInvalid, HasSubstr("no proper name")));
  EXPECT_THAT(
      ReadPickled(
          PickleProgram().Raw("}(").Text("a\x1b[2J").Raw("K\1u").Stop()),
      StatusIs(kInvalid, HasSubstr("no proper name")));
}

TEST_F(TorchArchiveReaderTest, RefusesAKeyThatComesTwice) {
  const auto pickle = PickleProgram()
                          .Raw("}(")
                          .Text("w")
                          .Tensor(1, 0, {1}, {1})
                          .Text("w")
                          .Tensor(1, 0, {}, {})
                          .Raw("u")
                          .Stop();
  EXPECT_THAT(ReadPickled(pickle, "1234"),
              StatusIs(kInvalid, HasSubstr("key w comes twice")));
}

TEST_F(TorchArchiveReaderTest, BoundsModulesThatHoldThemselves) {
  const auto self = PickleProgram()
                        .Global("__torch__", "M")
                        .Raw(")\x81q\1}(")
                        .Text("self")
                        .Raw("h\1ub")
                        .Stop();
  EXPECT_THAT(ReadModule(self), StatusIs(kInvalid, HasSubstr("too deep")));

  // Each module holds the one before it three times: 3^25 names.
  PickleProgram bomb;
  bomb.Global("__torch__", "M").Raw(")\x81}(");
  bomb.Text("m").Global("__torch__", "M").Raw(")\x81q\1");
  for (int i = 0; i < 25; ++i) {
    bomb.Text("m" + std::to_string(i)).Global("__torch__", "M").Raw(")\x81}(");
    for (const char* name : {"a", "b", "c"}) bomb.Text(name).Raw("h\1");
    bomb.Raw("ubq\1");
  }
  EXPECT_THAT(ReadModule(bomb.Raw("ub").Stop()),
              StatusIs(kInvalid, HasSubstr("too many modules")));
}

TEST_F(TorchArchiveReaderTest, RefusesAnotherByteOrder) {
  EXPECT_THAT(ReadBytes(ZipFile(
                  {{"a/data.pkl", "\x80\x02}."}, {"a/byteorder", "big"}})),
              StatusIs(kInvalid, HasSubstr("little-endian")));
}

TEST_F(TorchArchiveReaderTest, RefusesEveryTruncationOfARealFile) {
  std::ifstream file(Golden("training.pt"), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  for (size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_THAT(ReadBytes(whole.substr(0, size)), StatusIs(kInvalid)) << size;
  }
}

TEST_F(TorchArchiveReaderTest, SurvivesChangedBytesOfARealFile) {
  for (const char* name : {"state_dict.pt", "torch_script.pt"}) {
    std::ifstream file(Golden(name), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    std::mt19937 random(1);
    for (int i = 0; i < 1000; ++i) {
      std::string changed = whole;
      for (int j = 0; j <= i % 4; ++j) {
        changed[random() % changed.size()] = static_cast<char>(random());
      }
      (void)ReadBytes(changed);
    }
  }
}

}  // namespace
}  // namespace clip::model
