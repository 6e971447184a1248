#include "model/checkpoint/safetensors_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "model/checkpoint/safetensors_reader.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::TempFolder;

// Two tensors of different widths, filled with one byte.
struct Content {
  explicit Content(uint8_t value) : wide(32, value), narrow(6, value) {}

  StateDict::Tensors Views() const {
    return {{"a.narrow", {TensorDtype::kFloat16, {3}, wide_span(narrow)}},
            {"b.wide", {TensorDtype::kFloat64, {2, 2}, wide_span(wide)}}};
  }
  static absl::Span<const uint8_t> wide_span(const std::vector<uint8_t>& v) {
    return absl::MakeConstSpan(v);
  }

  std::vector<uint8_t> wide;
  std::vector<uint8_t> narrow;
};

void ExpectHolds(const std::string& path, uint8_t value) {
  const auto state = ReadSafetensors(path);
  ASSERT_THAT(state, IsOk());
  const Content content(value);
  ASSERT_EQ(state->tensors().size(), 2);
  for (const auto& [name, view] : content.Views()) {
    const TensorView& read = state->tensors().at(name);
    EXPECT_EQ(read.dtype, view.dtype) << name;
    EXPECT_EQ(read.shape, view.shape) << name;
    EXPECT_EQ(read.bytes, view.bytes) << name;
  }
}

TEST(SafetensorsWriterTest, TheReaderGetsWhatWasWritten) {
  const TempFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  ASSERT_THAT(WriteSafetensors(path, Content(7).Views()), IsOk());
  ExpectHolds(path, 7);
}

TEST(SafetensorsWriterTest, BytesThatDoNotFitTheShapeAreRefused) {
  const TempFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  Content content(1);
  content.wide.pop_back();
  EXPECT_EQ(WriteSafetensors(path, content.Views()).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SafetensorsWriterDeathTest, AKillAtAnyPieceKeepsTheOldFile) {
  const TempFolder folder;
  const std::string path = folder.path() + "/model.safetensors";
  ASSERT_THAT(WriteSafetensors(path, Content(1).Views()), IsOk());
  int pieces = 0;
  const std::string other = folder.path() + "/other.safetensors";
  ASSERT_THAT(
      WriteSafetensors(other, Content(2).Views(), [&](uint64_t) { ++pieces; }),
      IsOk());
  ASSERT_GE(pieces, 4);
  for (int killed_at = 1; killed_at <= pieces; ++killed_at) {
    int piece = 0;
    const auto hook = [&](uint64_t) {
      if (++piece == killed_at) raise(SIGKILL);
    };
    EXPECT_EXIT((void)WriteSafetensors(path, Content(2).Views(), hook),
                ::testing::KilledBySignal(SIGKILL), "");
    ExpectHolds(path, 1);
  }
  ASSERT_THAT(WriteSafetensors(path, Content(2).Views()), IsOk());
  ExpectHolds(path, 2);
}

}  // namespace
}  // namespace clip::model
