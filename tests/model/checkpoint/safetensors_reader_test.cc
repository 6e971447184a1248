#include "model/checkpoint/safetensors_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kHeader[] =
    R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";

// The file's first eight bytes.
std::string Length(uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes;
}

std::string WholeFile() {
  return Length(sizeof(kHeader) - 1) + kHeader + "data";
}

class SafetensorsReaderTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }

  const clip::testing::TempFolder folder_;
  const std::string path_ = folder_.path() + "/model.safetensors";
};

TEST_F(SafetensorsReaderTest, GivesViewsAndTheHashOfTheFile) {
  const auto file = ReadSafetensors(Write(WholeFile()));
  ASSERT_THAT(file, IsOk());
  const TensorView& view = file->tensors().at("a");
  EXPECT_EQ(std::string(view.bytes.begin(), view.bytes.end()), "data");
  EXPECT_EQ(file->sha256().size(), 64U);
}

TEST_F(SafetensorsReaderTest, RefusesEveryTruncation) {
  const std::string whole = WholeFile();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(ReadSafetensors(Write(whole.substr(0, size))),
                StatusIs(kInvalid))
        << size;
  }
}

TEST_F(SafetensorsReaderTest, RefusesTrailingBytes) {
  EXPECT_THAT(ReadSafetensors(Write(WholeFile() + "x")),
              StatusIs(kInvalid, HasSubstr("belong to no tensor")));
}

TEST_F(SafetensorsReaderTest, RefusesALyingHeaderLength) {
  for (const uint64_t length :
       {uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 7,
        uint64_t{kMaxSafetensorsHeaderBytes} + 1}) {
    EXPECT_THAT(ReadSafetensors(Write(Length(length) + kHeader)),
                StatusIs(kInvalid, HasSubstr("claims a header")));
  }
  EXPECT_THAT(ReadSafetensors(Write(Length(1000) + kHeader)),
              StatusIs(kInvalid, HasSubstr("ends within its header")));
}

TEST_F(SafetensorsReaderTest, SaysThatAFileIsNotThere) {
  EXPECT_THAT(ReadSafetensors(path_ + "-missing"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SafetensorsReaderTest, RefusesWhatIsNotARegularFile) {
  EXPECT_THAT(ReadSafetensors(::testing::TempDir()), StatusIs(kInvalid));
  const std::string pipe = path_ + "-pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(ReadSafetensors(pipe), StatusIs(kInvalid));
  unlink(pipe.c_str());
}

}  // namespace
}  // namespace clip::model
