#include "server/service/bytes_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using InputTensor = inference::ModelInferRequest::InferInputTensor;

constexpr int kMost = 4;
constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

InputTensor Tensor(std::initializer_list<int64_t> shape) {
  InputTensor tensor;
  tensor.set_name("image");
  tensor.set_datatype("BYTES");
  tensor.mutable_shape()->Add(shape.begin(), shape.end());
  return tensor;
}

InputTensor TensorOf(std::initializer_list<const char*> elements) {
  InputTensor tensor = Tensor({static_cast<int64_t>(elements.size())});
  for (const char* element : elements) {
    tensor.mutable_contents()->add_bytes_contents(element);
  }
  return tensor;
}

// The wire form of a length.
std::string Length(uint32_t length) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes;
}

std::string Raw(std::initializer_list<const char*> elements) {
  std::string bytes;
  for (const std::string element : elements) {
    bytes += Length(element.size()) + element;
  }
  return bytes;
}

void ExpectRefused(const InputTensor& tensor, const std::string* raw,
                   const std::string& message) {
  EXPECT_THAT(ReadBytesTensor(tensor, raw, kMost).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
}

TEST(BytesTensorTest, ReadsContents) {
  const InputTensor tensor = TensorOf({"a", "", "ccc"});
  const auto elements = ReadBytesTensor(tensor, nullptr, kMost);
  ASSERT_TRUE(elements.ok());
  EXPECT_THAT(*elements, ElementsAre("a", "", "ccc"));
}

TEST(BytesTensorTest, ReadsRawContentsWithoutACopy) {
  const InputTensor tensor = Tensor({3});
  const std::string raw = Raw({"a", "", "ccc"});
  const auto elements = ReadBytesTensor(tensor, &raw, kMost);
  ASSERT_TRUE(elements.ok());
  EXPECT_THAT(*elements, ElementsAre("a", "", "ccc"));
  EXPECT_EQ((*elements)[2].data(), raw.data() + 13);
}

TEST(BytesTensorTest, ReadsAColumn) {
  const InputTensor tensor = Tensor({2, 1});
  const std::string raw = Raw({"a", "b"});
  EXPECT_TRUE(ReadBytesTensor(tensor, &raw, kMost).ok());
}

TEST(BytesTensorTest, ReadsLengthsOfEveryByte) {
  const InputTensor tensor = Tensor({1});
  const std::string element(0x010203, 'x');
  const std::string raw = Length(0x010203) + element;
  const auto elements = ReadBytesTensor(tensor, &raw, kMost);
  ASSERT_TRUE(elements.ok());
  EXPECT_EQ((*elements)[0].size(), 0x010203U);
}

TEST(BytesTensorTest, RefusesShapesThatAreNoListOfElements) {
  const std::string raw = Raw({"a", "b"});
  const std::initializer_list<int64_t> shapes[] = {
      {},
      {0},
      {-1},
      {-2, -1},
      {0, 1},
      {2, 2},
      {1, 2},
      {2, 0},
      {2, -1},
      {2, 1, 1},
      {kHuge, 2},
      {int64_t{1} << 32, int64_t{1} << 32},
      {std::numeric_limits<int64_t>::min()},
  };
  for (const auto& shape : shapes) {
    ExpectRefused(Tensor(shape), &raw, "image.shape: must be [N] or [N, 1]");
    ExpectRefused(Tensor(shape), nullptr, "image.shape: must be");
  }
}

TEST(BytesTensorTest, RefusesMoreElementsThanACallMayHave) {
  const std::string raw = Raw({"a"});
  for (const int64_t count : {int64_t{kMost} + 1, int64_t{1} << 32, kHuge}) {
    ExpectRefused(
        Tensor({count}), &raw,
        "image.shape: " + std::to_string(count) + " elements; at most 4");
    ExpectRefused(Tensor({count, 1}), nullptr, "at most 4");
  }
}

TEST(BytesTensorTest, RefusesAnotherDatatype) {
  for (const char* datatype : {"", "INT32", "FP32", "bytes", "BYTES "}) {
    InputTensor tensor = TensorOf({"a"});
    tensor.set_datatype(datatype);
    ExpectRefused(tensor, nullptr, "image.datatype: must be BYTES");
  }
}

TEST(BytesTensorTest, RefusesContentsOfAnotherType) {
  InputTensor tensor = TensorOf({"a"});
  tensor.mutable_contents()->add_fp32_contents(1.0F);
  ExpectRefused(tensor, nullptr, "image.contents.fp32_contents: must be empty");
}

TEST(BytesTensorTest, RefusesFewerOrMoreContentsThanTheShapePromises) {
  InputTensor tensor = TensorOf({"a", "b"});
  tensor.set_shape(0, 1);
  ExpectRefused(tensor, nullptr, "2 elements; the shape promises 1");
  tensor.set_shape(0, 3);
  ExpectRefused(tensor, nullptr, "2 elements; the shape promises 3");
  ExpectRefused(Tensor({1}), nullptr, "0 elements; the shape promises 1");
}

TEST(BytesTensorTest, RefusesContentsBesideRawContents) {
  const std::string raw = Raw({"a"});
  ExpectRefused(TensorOf({"a"}), &raw, "image.contents: must be empty");
  InputTensor other_type = Tensor({1});
  other_type.mutable_contents()->add_int_contents(1);
  ExpectRefused(other_type, &raw, "image.contents: must be empty");
}

TEST(BytesTensorTest, RefusesParametersSuchAsSharedMemory) {
  InputTensor tensor = TensorOf({"a"});
  (*tensor.mutable_parameters())["shared_memory_region"].set_string_param("r");
  ExpectRefused(tensor, nullptr, "image.parameters: ");
}

TEST(BytesTensorTest, RefusesRawContentsThatEndBeforeALength) {
  for (const std::string end : {"", "\x01", "\x01\x02\x03"}) {
    const std::string raw = Raw({"a"}) + end;
    ExpectRefused(Tensor({2}), &raw,
                  "image[1]: the raw contents end before it: " +
                      std::to_string(end.size()) + " of the 4 bytes");
  }
}

TEST(BytesTensorTest, RefusesALengthBeyondTheEnd) {
  for (const uint32_t length : {3U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    const std::string raw = Raw({"a"}) + Length(length) + "xy";
    ExpectRefused(Tensor({2}), &raw,
                  "image[1]: " + std::to_string(length) +
                      " bytes long, but the raw contents "
                      "end after 2 of them");
  }
}

TEST(BytesTensorTest, RefusesBytesBehindTheLastElement) {
  const std::string raw = Raw({"a", "b"});
  ExpectRefused(Tensor({1}), &raw, "image: 5 bytes of raw contents are left");
}

// Whatever a caller sends, there is an answer, and every view lies inside.
TEST(BytesTensorTest, EveryPrefixAndEverySpoiltByteIsAnswered) {
  const std::string whole = Raw({"abc", "", "defg", "h"});
  const InputTensor tensor = Tensor({4});
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string raw = whole.substr(0, size);
    EXPECT_FALSE(ReadBytesTensor(tensor, &raw, kMost).ok()) << size;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string raw = whole;
      raw[i] = static_cast<char>(value);
      const auto elements = ReadBytesTensor(tensor, &raw, kMost);
      if (!elements.ok()) continue;
      for (const std::string_view element : *elements) {
        EXPECT_GE(element.data(), raw.data());
        EXPECT_LE(element.data() + element.size(), raw.data() + raw.size());
      }
    }
  }
}

}  // namespace
}  // namespace clip::server
