#include "client/cli/npy_writer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {
namespace {

using ::clip::testing::ReadWholeFile;
using ::clip::testing::TempFolder;

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;

std::string Bytes(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string Written(NpyType type, const std::vector<std::string>& rows) {
  const TempFolder folder;
  const std::string path = folder.path() + "/array.npy";
  auto writer = NpyWriter::Create(path, type).value();
  for (const std::string& row : rows)
    EXPECT_THAT(writer->AppendRow(row), IsOk());
  EXPECT_THAT(writer->Finish(), IsOk());
  return ReadWholeFile(path);
}

TEST(NpyWriterTest, WritesWhatNumpyWrites) {
  EXPECT_EQ(Written(NpyType::kFloat32,
                    {Bytes({1, -2, 0.5}), Bytes({0.25, 65504, -0.0F})}),
            ReadWholeFile(CLIP_SOURCE_DIR
                          "/tests/client/cli/golden/numpy_float32_2x3.npy"));
}

TEST(NpyWriterTest, FollowsTheFormatSpecification) {
  const std::string file = Written(NpyType::kFloat32, {Bytes({1, 2})});
  EXPECT_EQ(file.substr(0, 6), "\x93NUMPY");
  EXPECT_EQ(file.substr(6, 2), std::string("\x01\x00", 2));
  const size_t text_bytes = static_cast<unsigned char>(file[8]) +
                            256 * static_cast<unsigned char>(file[9]);
  const size_t data_start = 10 + text_bytes;
  EXPECT_EQ(data_start % 64, 0U);
  EXPECT_EQ(file[data_start - 1], '\n');
  const std::string text = file.substr(10, text_bytes - 1);
  EXPECT_EQ(text.substr(0, text.find_last_not_of(' ') + 1),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }");
  EXPECT_EQ(file.substr(data_start), Bytes({1, 2}));
}

TEST(NpyWriterTest, EveryTypeHasItsDescriptionAndSize) {
  const auto holds = [](NpyType type, const std::string& text) {
    return Written(type, {"abcd", "efgh"}).find(text) != std::string::npos;
  };
  EXPECT_TRUE(holds(NpyType::kFloat32,
                    "'<f4', 'fortran_order': False, "
                    "'shape': (2, 1), "));
  EXPECT_TRUE(holds(NpyType::kFloat16,
                    "'<f2', 'fortran_order': False, "
                    "'shape': (2, 2), "));
  EXPECT_TRUE(holds(NpyType::kInt8,
                    "'|i1', 'fortran_order': False, "
                    "'shape': (2, 4), "));
  EXPECT_TRUE(holds(NpyType::kUint8,
                    "'|u1', 'fortran_order': False, "
                    "'shape': (2, 4), "));
}

TEST(NpyWriterTest, NoRowsAreAnEmptyArray) {
  const std::string file = Written(NpyType::kFloat32, {});
  EXPECT_NE(file.find("'shape': (0, 0), "), std::string::npos);
  EXPECT_EQ(file.size(), 128U);
}

TEST(NpyWriterTest, AFileThatIsCutOffSaysZeroRows) {
  const TempFolder folder;
  const std::string path = folder.path() + "/array.npy";
  {
    auto writer = NpyWriter::Create(path, NpyType::kFloat32).value();
    EXPECT_THAT(writer->AppendRow(Bytes({1, 2})), IsOk());
  }
  EXPECT_NE(ReadWholeFile(path).find("'shape': (0, 0), "), std::string::npos);
}

TEST(NpyWriterTest, RefusesRowsThatDoNotFit) {
  const TempFolder folder;
  auto writer =
      NpyWriter::Create(folder.path() + "/array.npy", NpyType::kFloat32)
          .value();
  EXPECT_THAT(writer->AppendRow("abc"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(writer->AppendRow(Bytes({1, 2})), IsOk());
  EXPECT_THAT(writer->AppendRow(Bytes({1, 2, 3})),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(NpyWriterTest, SaysWhyTheFileCannotBeWritten) {
  EXPECT_THAT(NpyWriter::Create("/no/such/folder/array.npy", NpyType::kFloat32),
              StatusIs(absl::StatusCode::kUnknown,
                       ::testing::HasSubstr("No such file or directory")));
}

TEST(NpyWriterTest, NoticesAFullDisk) {
  auto writer = NpyWriter::Create("/dev/full", NpyType::kFloat32).value();
  absl::Status status = absl::OkStatus();
  for (int i = 0; i < 100 && status.ok(); ++i) {
    status = writer->AppendRow(std::string(64 << 10, 'a'));
  }
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnknown));
}

}  // namespace
}  // namespace clip::client
