#include "model/checkpoint/safetensors_index.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/model/checkpoint/zip_file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_folder.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// A safetensors file of one tensor of one byte.
std::string OneTensor(const std::string& name, char value) {
  const std::string header =
      R"({")" + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  return LittleEndian(header.size(), 8) + header + value;
}

class SafetensorsIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write("m-00001-of-00002.safetensors", OneTensor("a", '1'));
    Write("m-00002-of-00002.safetensors", OneTensor("b", '2'));
  }

  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_.path() + "/" + name, std::ios::binary) << bytes;
  }

  absl::StatusOr<StateDict> Read(const std::string& weight_map) const {
    Write("m.safetensors.index.json",
          R"({"metadata":{"total_size":2},"weight_map":)" + weight_map + "}");
    return ReadShardedSafetensors(folder_.path() + "/m.safetensors.index.json");
  }

  const clip::testing::TempFolder folder_;
};

constexpr char kGood[] = R"({"a":"m-00001-of-00002.safetensors",
                             "b":"m-00002-of-00002.safetensors"})";

TEST_F(SafetensorsIndexTest, JoinsTheTensorsOfAllShards) {
  const auto whole = Read(kGood);
  ASSERT_THAT(whole, IsOk());
  ASSERT_EQ(whole->tensors().size(), 2U);
  EXPECT_EQ(whole->tensors().at("a").bytes[0], '1');
  EXPECT_EQ(whole->tensors().at("b").bytes[0], '2');
  EXPECT_EQ(whole->sha256().size(), 64U);
}

TEST_F(SafetensorsIndexTest, HashesEveryShard) {
  const std::string before = Read(kGood)->sha256();
  Write("m-00002-of-00002.safetensors", OneTensor("b", '3'));
  EXPECT_NE(Read(kGood)->sha256(), before);
}

TEST_F(SafetensorsIndexTest, RefusesATensorInAnotherShard) {
  EXPECT_THAT(Read(R"({"a":"m-00002-of-00002.safetensors",
                       "b":"m-00001-of-00002.safetensors"})"),
              StatusIs(kInvalid, HasSubstr("has elsewhere")));
  EXPECT_THAT(Read(R"({"a":"m-00001-of-00002.safetensors",
                       "c":"m-00002-of-00002.safetensors"})"),
              StatusIs(kInvalid, HasSubstr("does not know")));
  EXPECT_THAT(Read(R"({"a":"m-00001-of-00002.safetensors",
                       "c":"m-00001-of-00002.safetensors"})"),
              StatusIs(kInvalid, HasSubstr("lacks c")));
}

TEST_F(SafetensorsIndexTest, NamesAShardThatIsBroken) {
  Write("m-00002-of-00002.safetensors", "short");
  EXPECT_THAT(Read(kGood),
              StatusIs(kInvalid, HasSubstr("m-00002-of-00002.safetensors")));
  EXPECT_THAT(Read(R"({"a":"missing.safetensors"})"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing")));
}

TEST(ParseSafetensorsIndexTest, RefusesWhatIsNoPlainFileName) {
  for (const char* file :
       {"../m.safetensors", "/etc/m.safetensors", "a/m.safetensors",
        "..\\\\m.safetensors", ".safetensors", "", "m.bin", "m.safetensors/..",
        "m.safetensors\\u0000", "m\\n.safetensors"}) {
    EXPECT_THAT(ParseSafetensorsIndex(R"({"weight_map":{"a":")" +
                                      std::string(file) + R"("}})"),
                StatusIs(kInvalid, HasSubstr("weight_map.a")))
        << file;
  }
  EXPECT_THAT(ParseSafetensorsIndex(R"({"weight_map":{"a":1}})"),
              StatusIs(kInvalid, HasSubstr("weight_map.a")));
}

TEST(ParseSafetensorsIndexTest, RefusesWhatIsNoIndex) {
  for (const char* json :
       {"", "[]", "{}", R"({"weight_map":[]})", R"({"weight_map":{}})",
        R"({"weight_map":{"a":"x.safetensors",
                                             "a":"x.safetensors"}})"}) {
    EXPECT_THAT(ParseSafetensorsIndex(json), StatusIs(kInvalid)) << json;
  }
}

}  // namespace
}  // namespace clip::model
