#include "server/service/parse_request.h"

#include <gmock/gmock.h>
#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <string>

#include "clip/v1/clip.pb.h"
#include "inference/grpc_service.pb.h"
#include "server/service/wire_scan.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// A length-delimited field of the wire form.
std::string Field(int number, const std::string& value) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  size_t length = value.size();
  for (; length > 0x7F; length >>= 7) {
    bytes += static_cast<char>((length & 0x7F) | 0x80);
  }
  return bytes + static_cast<char>(length) + value;
}

// The wire form of a request with these texts, which need not be UTF-8.
std::string RawTexts(const std::vector<std::string>& texts) {
  std::string bytes;
  for (const std::string& text : texts) bytes += Field(2, text);
  return bytes;
}

TEST(ParseRequestTest, ReadsAMessage) {
  v1::EncodeTextRequest request;
  ASSERT_THAT(ParseRequest(BufferOf(RawTexts({"a cat", "\xC3\xA9"})), request),
              IsOk());
  ASSERT_EQ(request.texts_size(), 2);
  EXPECT_EQ(request.texts(0), "a cat");
}

TEST(ParseRequestTest, ReadsAMessageInSeveralSlices) {
  const std::string bytes = RawTexts({"a cat"});
  const grpc::Slice slices[] = {grpc::Slice(bytes.substr(0, 3)),
                                grpc::Slice(bytes.substr(3))};
  v1::EncodeTextRequest request;
  ASSERT_THAT(ParseRequest(grpc::ByteBuffer(slices, 2), request), IsOk());
  EXPECT_EQ(request.texts(0), "a cat");
}

TEST(ParseRequestTest, AnEmptyBufferIsAnEmptyMessage) {
  v1::EncodeTextRequest request;
  EXPECT_THAT(ParseRequest(BufferOf(""), request), IsOk());
}

TEST(ParseRequestTest, WithoutAMessageTheCallerHasGone) {
  v1::EncodeTextRequest request;
  EXPECT_THAT(ParseRequest(grpc::ByteBuffer(), request),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST(ParseRequestTest, RefusesMalformedBytes) {
  v1::EncodeTextRequest request;
  EXPECT_THAT(ParseRequest(BufferOf("\x12\x7F short"), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("clip.v1.EncodeTextRequest")));
  EXPECT_THAT(ParseRequest(BufferOf(std::string(64, '\xFF')), request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseRequestTest, NamesTheStringThatIsNotUtf8) {
  const char* const invalid[] = {
      "\xFF",              // No lead byte.
      "a\x80",             // A tail without a lead.
      "\xC3",              // A lead without a tail.
      "\xC0\xAF",          // Overlong.
      "\xE0\x80\xAF",      // Overlong.
      "\xED\xA0\x80",      // A surrogate.
      "\xF4\x90\x80\x80",  // Above U+10FFFF.
      "\xF0\x80\x80\x80",  // Overlong.
      "\xE2\x82",          // Cut.
      "\xF0\x9F\x98",      // Cut.
  };
  for (const char* text : invalid) {
    v1::EncodeTextRequest request;
    EXPECT_THAT(
        ParseRequest(BufferOf(RawTexts({"fine", "\xF0\x9F\x98\x80", text})),
                     request),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 HasSubstr("texts[2]: not UTF-8")))
        << text;
  }
}

TEST(ParseRequestTest, NamesAStringInsideAMessageThatIsNotUtf8) {
  const std::string good = Field(5, Field(1, "image"));
  const std::string bad_name = Field(5, Field(2, "BYTES") + Field(1, "a\xFF"));
  const std::string bad_key = Field(5, Field(4, Field(1, "\xFF")));
  inference::ModelInferRequest request;
  EXPECT_THAT(ParseRequest(BufferOf(good + bad_name), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("inputs[1].name: not UTF-8")));
  EXPECT_THAT(ParseRequest(BufferOf(bad_key), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("inputs[0].parameters[0].key: not UTF-8")));
  // Bytes may be anything.
  EXPECT_THAT(ParseRequest(BufferOf(good + Field(7, "\xFF")), request), IsOk());
}

TEST(ParseRequestTest, NamesAModelThatIsNotUtf8) {
  v1::GetModelRequest request;
  EXPECT_THAT(ParseRequest(BufferOf("\x0A\x01\xFF"), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("model: not UTF-8")));
}

// `count` times these bytes.
std::string Repeat(const std::string& bytes, int count) {
  std::string all;
  all.reserve(bytes.size() * count);
  for (int i = 0; i < count; ++i) all += bytes;
  return all;
}

TEST(ParseRequestTest, KeepsNothingThatItDoesNotKnow) {
  const std::string unknown =
      Field(15, "from a later version") + "\x78\x01" + "\x18\x01";
  v1::SimilarityRequest request;
  ASSERT_THAT(
      ParseRequest(BufferOf(unknown + Field(2, unknown) + Field(3, "a cat")),
                   request),
      IsOk());
  EXPECT_EQ(request.texts(0), "a cat");
  EXPECT_EQ(request.ByteSizeLong(),
            Field(2, "").size() + Field(3, "a cat").size());
}

TEST(ParseRequestTest, RefusesFieldsThatTakeFarMoreMemoryThanTheirBytes) {
  constexpr int kMany = 1000 * 1000;
  const std::string groups =
      Repeat("\x7B", kMany / 2) + Repeat("\x7C", kMany / 2);
  const std::string tiny[] = {
      Repeat(Field(3, ""), kMany),   // Texts.
      Repeat(Field(2, ""), kMany),   // Pictures.
      Repeat(Field(15, ""), kMany),  // Unknown bytes,
      Repeat("\x78\x01", kMany),     // numbers,
      Repeat("\x18\x01", kMany),     // numbers for a text
      groups,                        // and groups, one in another,
      "\x7B" + Repeat(Field(3, ""), kMany) + "\x7C",  // or full.
  };
  for (const std::string& bytes : tiny) {
    v1::SimilarityRequest request;
    EXPECT_THAT(ParseRequest(BufferOf(bytes), request),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("too many small fields for its size")));
    EXPECT_EQ(request.ByteSizeLong(), 0);
  }
  // Tensors, and entries of a map.
  inference::ModelInferRequest tensors;
  EXPECT_THAT(ParseRequest(BufferOf(Repeat(Field(5, ""), kMany / 10) +
                                    Field(7, "the tensor")),
                           tensors),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseRequest(BufferOf(Repeat(Field(4, ""), kMany)), tensors),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseRequestTest, SaysOfACutMessageThatItIsNone) {
  v1::EncodeTextRequest request;
  // A text that is said to be of 16 MiB.
  EXPECT_THAT(ParseRequest(BufferOf("\x12\xFF\xFF\xFF\x07 short"), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not a message of type")));
  // The first input ends in its middle; what is left of it looks like a name.
  inference::ModelInferRequest tensors;
  EXPECT_THAT(ParseRequest(BufferOf(std::string("\x2A\x04\x00\x0A\x01\xFF", 6)),
                           tensors),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not a message of type")));
}

// What the scan counts is at least what the message then takes.
TEST(ParseRequestTest, TakesNoMoreThanItsScanSays) {
  constexpr int kMany = 20 * 1000;
  const std::string one_value = Field(4, Field(1, std::string(4, 'v')));
  for (const std::string& field :
       {Field(1, "m"), Field(2, ""), Field(2, Field(2, "")), Field(3, ""),
        Field(3, "a long text that is not kept in place"), Field(4, ""),
        one_value, Field(2, "\x78\x01"), Field(4, "\x78\x01")}) {
    const std::string bytes = Repeat(field, kMany) + "\x78\x01";
    v1::SimilarityRequest request;
    ASSERT_THAT(ParseRequest(BufferOf(bytes), request), IsOk());
    const WireScan scan =
        ScanWire(BufferOf(bytes), *request.GetDescriptor(), ~size_t{0});
    EXPECT_LE(request.SpaceUsedLong(), scan.memory_bytes);
    EXPECT_TRUE(scan.has_unknown);
  }
}

TEST(ParseRequestTest, TakesAsManyPixelsAndIdsAsABigMessageHas) {
  constexpr int kMany = 2000 * 1000;
  inference::ModelInferRequest pixels;
  v1::EncodeTextRequest ids;
  auto* contents = pixels.add_inputs()->mutable_contents();
  auto* row = ids.add_token_ids();
  for (int i = 0; i < kMany; ++i) {
    contents->add_uint_contents(i % 256);
    row->add_ids(i % 50'000);
  }
  inference::ModelInferRequest read_pixels;
  EXPECT_THAT(ParseRequest(BufferOf(pixels.SerializeAsString()), read_pixels),
              IsOk());
  v1::EncodeTextRequest read_ids;
  EXPECT_THAT(ParseRequest(BufferOf(ids.SerializeAsString()), read_ids),
              IsOk());
}

TEST(ParseRequestTest, TakesTheLargestLabelSetsAndTokenLists) {
  v1::PutLabelSetRequest labels;
  for (int i = 0; i < 60 * 1000; ++i) labels.add_labels("ox");
  v1::PutLabelSetRequest read_labels;
  EXPECT_THAT(ParseRequest(BufferOf(labels.SerializeAsString()), read_labels),
              IsOk());
  // Not packed, as another client may write them.
  const std::string ids = Repeat("\x08\x07", 100 * 1000);
  v1::EncodeTextRequest read_ids;
  ASSERT_THAT(ParseRequest(BufferOf(Field(3, ids)), read_ids), IsOk());
  EXPECT_EQ(read_ids.token_ids(0).ids_size(), 100 * 1000);
}

}  // namespace
}  // namespace clip::server
