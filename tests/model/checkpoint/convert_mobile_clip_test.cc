#include "model/checkpoint/convert_mobile_clip.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "model/checkpoint/convert_state_dict.h"
#include "tests/model/checkpoint/tensor_comparison.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TensorView Number(std::vector<int64_t> shape, uint8_t number) {
  return OwningView(TensorDtype::kUint8, std::move(shape), {number});
}

// A checkpoint in Apple's naming and what open_clip makes of its names. Each
// tensor holds a number of its own, modulo 256.
struct Case {
  StateDict::Tensors apple;
  StateDict::Tensors open_clip;
};

Case ReadCase(const std::string& name) {
  std::ifstream file(std::string(CLIP_SOURCE_DIR) +
                     "/tests/golden/checkpoint/" + name);
  Case result;
  std::string from;
  std::string to;
  for (uint8_t number = 0; file >> from >> to; ++number) {
    const bool is_pos = from.find("pos_embed.pos_embed") != std::string::npos;
    result.apple[from] =
        Number(is_pos ? std::vector<int64_t>(4, 1) : std::vector<int64_t>(2, 1),
               number);
    const bool is_image_pos = to == "visual.trunk.pos_embed";
    result.open_clip[to] =
        Number(std::vector<int64_t>(is_image_pos ? 3 : 2, 1), number);
  }
  return result;
}

class ConvertMobileClipTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ConvertMobileClipTest, RenamesAsOpenClip) {
  Case golden = ReadCase(GetParam());
  ASSERT_GT(golden.apple.size(), 40U);
  for (const char* head : {"visual.trunk.head", "visual.trunk.head.fc"}) {
    if (golden.open_clip.count(std::string(head) + ".weight") != 0) {
      golden.open_clip[std::string(head) + ".bias"] = Number({1}, 0);
    }
  }
  const auto converted = ConvertStateDict(StateDict(golden.apple, nullptr, ""));
  ASSERT_THAT(converted, IsOk());
  ExpectSameTensors(*converted, StateDict(golden.open_clip, nullptr, ""));
}

INSTANTIATE_TEST_SUITE_P(Kinds, ConvertMobileClipTest,
                         ::testing::Values("mobile_clip_s.txt",
                                           "mobile_clip_b.txt"));

TEST(ConvertMobileClipHostileTest, NamesAProjectionThatIsNoMatrix) {
  Case golden = ReadCase("mobile_clip_b.txt");
  const std::string key = "image_encoder.model.classifier.proj";
  ASSERT_EQ(golden.apple.count(key), 1U);
  golden.apple[key] = Number({}, 1);
  EXPECT_THAT(ConvertStateDict(StateDict(golden.apple, nullptr, "")),
              StatusIs(kInvalid, HasSubstr(key)));
}

TEST(ConvertMobileClipHostileTest, SurvivesNamesOfAnyForm) {
  Case golden = ReadCase("mobile_clip_s.txt");
  for (const char* key :
       {"image_encoder.model.", "image_encoder.model.network",
        "image_encoder.model.network.", "image_encoder.model.network.x.proj",
        "image_encoder.model.network.99999999999999999999.proj.a",
        "image_encoder.model.network.-1.proj.a", "text_encoder.",
        "text_encoder.transformer.", "text_encoder.transformer.0",
        "text_encoder.transformer..", "image_encoder.model.patch_emb."}) {
    golden.apple[key] = Number({1}, 1);
  }
  EXPECT_THAT(ConvertStateDict(StateDict(golden.apple, nullptr, "")), IsOk());
}

}  // namespace
}  // namespace clip::model
