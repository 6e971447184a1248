#include "model/checkpoint/safetensors_header.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// A tensor of the header; `shape` and `offsets` are the lists' insides.
std::string Tensor(const std::string& name, const std::string& dtype,
                   const std::string& shape, const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape +
         "],\"data_offsets\":[" + offsets + "]}";
}

void ExpectRefused(const std::string& header, uint64_t data_size,
                   const std::string& reason) {
  EXPECT_THAT(ParseSafetensorsHeader(header, data_size),
              StatusIs(kInvalid, HasSubstr(reason)))
      << header.substr(0, 200);
}

TEST(SafetensorsHeaderTest, ReadsTensorsInTheOrderOfTheirData) {
  const auto entries =
      ParseSafetensorsHeader("{" + Tensor("b", "F16", "3", "24,30") + "," +
                                 Tensor("a", "F32", "2,3", "0,24") + "}  ",
                             30);
  ASSERT_THAT(entries, IsOk());
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].name, "a");
  EXPECT_EQ((*entries)[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ((*entries)[1].dtype, TensorDtype::kFloat16);
}

TEST(SafetensorsHeaderTest, AcceptsMetadataScalarsAndEmptyTensors) {
  EXPECT_THAT(
      ParseSafetensorsHeader("{\"__metadata__\":{\"format\":\"pt\"}," +
                                 Tensor("e", "F32", "0,5", "0,0") + "," +
                                 Tensor("s", "I64", "", "0,8") + "}",
                             8),
      IsOk());
}

TEST(SafetensorsHeaderTest, RefusesWhatDoesNotStartWithABrace) {
  for (const char* header : {"", " {}", "[]", "7", "\"x\""}) {
    ExpectRefused(header, 0, "does not start with '{'");
  }
}

TEST(SafetensorsHeaderTest, RefusesBrokenJson) {
  for (const char* header :
       {"{", "{}}", "{\"a\"", "{\"a\":{}", "{\"\xff\":1}"}) {
    EXPECT_THAT(ParseSafetensorsHeader(header, 0), StatusIs(kInvalid))
        << header;
  }
}

TEST(SafetensorsHeaderTest, RefusesDeepNestingAtItsFirstStep) {
  std::string header = "{\"a\":";
  for (int i = 0; i < 1'000'000; ++i) header += "[";
  ExpectRefused(header, 0, "array out of place");
  header = "{";
  for (int i = 0; i < 1'000'000; ++i) header += "\"a\":{";
  ExpectRefused(header, 0, "field other than");
}

TEST(SafetensorsHeaderTest, RefusesDuplicateNamesAndFields) {
  const std::string tensor = Tensor("a", "U8", "0", "0,0");
  ExpectRefused("{" + tensor + "," + tensor + "}", 0, "name a twice");
  ExpectRefused(R"({"a":{"dtype":"U8","dtype":"U8"}})", 0, "field twice");
  ExpectRefused(R"({"__metadata__":{"x":"1","x":"2"}})", 0, "key twice");
}

TEST(SafetensorsHeaderTest, RefusesMissingAndUnknownFields) {
  ExpectRefused(R"({"a":{}})", 0, "lacks");
  ExpectRefused(R"({"a":{"dtype":"U8","shape":[0]}})", 0, "lacks");
  ExpectRefused(R"({"a":{"dtype":"U8","extra":[0]}})", 0, "field other than");
}

TEST(SafetensorsHeaderTest, RefusesValuesOfTheWrongKind) {
  ExpectRefused(R"({"a":1})", 0, "number out of place");
  ExpectRefused(R"({"a":null})", 0, "null");
  ExpectRefused(R"({"a":true})", 0, "boolean");
  ExpectRefused(R"({"a":{"dtype":3}})", 0, "number out of place");
  ExpectRefused(R"({"a":{"shape":"x"}})", 0, "string out of place");
  ExpectRefused(R"({"a":{"shape":[[1]]}})", 0, "array out of place");
  ExpectRefused(R"({"__metadata__":{"a":1}})", 0, "number out of place");
  ExpectRefused(R"({"__metadata__":"x"})", 0, "string out of place");
}

TEST(SafetensorsHeaderTest, RefusesAnUnknownDtype) {
  ExpectRefused("{" + Tensor("a", "F8_E4M3", "1", "0,1") + "}", 1, "F8_E4M3");
}

TEST(SafetensorsHeaderTest, RefusesNegativeFractionalAndHugeNumbers) {
  ExpectRefused("{" + Tensor("a", "U8", "-1", "0,1") + "}", 1, "negative");
  ExpectRefused("{" + Tensor("a", "U8", "1", "-1,0") + "}", 1, "negative");
  ExpectRefused("{" + Tensor("a", "U8", "1.0", "0,1") + "}", 1, "integer");
  ExpectRefused("{" + Tensor("a", "U8", "99999999999999999999", "0,1") + "}", 1,
                "integer");
  ExpectRefused("{" + Tensor("a", "U8", "1e999", "0,1") + "}", 1,
                "out of range");
  ExpectRefused("{" + Tensor("a", "U8", "9223372036854775808", "0,1") + "}", 1,
                "huge dimension");
}

TEST(SafetensorsHeaderTest, RefusesAShapeWhoseSizeOverflows) {
  // 2^32 * 2^32 elements, and 2^62 elements of 8 bytes: both wrap to 0.
  ExpectRefused("{" + Tensor("a", "U8", "4294967296,4294967296", "0,0") + "}",
                0, "do not fit its shape");
  ExpectRefused("{" + Tensor("a", "F64", "4611686018427387904", "0,0") + "}", 0,
                "do not fit its shape");
}

TEST(SafetensorsHeaderTest, RefusesTooManyDimensions) {
  std::string shape = "1";
  for (int i = 0; i < 100; ++i) shape += ",1";
  ExpectRefused("{" + Tensor("a", "U8", shape, "0,1") + "}", 1, "dimensions");
}

TEST(SafetensorsHeaderTest, RefusesHolesAndOverlaps) {
  const std::string first = Tensor("a", "U8", "4", "0,4");
  ExpectRefused("{" + Tensor("a", "U8", "4", "1,5") + "}", 5, "hole");
  ExpectRefused("{" + first + "," + Tensor("b", "U8", "4", "5,9") + "}", 9,
                "hole");
  ExpectRefused("{" + first + "," + Tensor("b", "U8", "4", "3,7") + "}", 7,
                "overlaps");
  ExpectRefused("{" + first + "," + Tensor("b", "U8", "4", "0,4") + "}", 4,
                "overlaps");
}

TEST(SafetensorsHeaderTest, RefusesOffsetsThatLie) {
  ExpectRefused("{" + Tensor("a", "U8", "4", "4,0") + "}", 4, "ends too early");
  ExpectRefused("{" + Tensor("a", "F32", "1", "0,3") + "}", 3,
                "do not fit its shape");
  ExpectRefused("{" + Tensor("a", "U8", "4", "0") + "}", 4, "two data_offsets");
  ExpectRefused("{" + Tensor("a", "U8", "4", "0,4,4") + "}", 4, "out of place");
  ExpectRefused("{" + Tensor("a", "U8", "4", "0,18446744073709551615") + "}", 4,
                "is cut off");
}

TEST(SafetensorsHeaderTest, RefusesTruncatedAndTrailingData) {
  const std::string header = "{" + Tensor("a", "U8", "4", "0,4") + "}";
  EXPECT_THAT(ParseSafetensorsHeader(header, 4), IsOk());
  ExpectRefused(header, 3, "is cut off");
  ExpectRefused(header, 5, "1 bytes at the end");
}

TEST(SafetensorsHeaderTest, KeepsNamesOutOfMessagesThatCannotBePrinted) {
  ExpectRefused("{" + Tensor("a\\nb", "U8", "4", "0,9") + "}", 9,
                "unreadable tensor name");
  ExpectRefused("{" + Tensor(std::string(600, 'x'), "U8", "4", "0,9") + "}", 9,
                "unreadable tensor name");
}

}  // namespace
}  // namespace clip::model
