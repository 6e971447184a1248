#include "client/stream_item_check.h"

#include <gmock/gmock.h>

#include <string>

#include "client/message_conversion.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

TEST(StreamItemCheckTest, TheSizeIsThatOfTheMessageOrMore) {
  const std::string bytes(3000, 'a');
  for (const StreamItem& item :
       {StreamItem{~uint64_t{0}, EncodedImage{bytes}},
        StreamItem{1, RgbImage{30, 100, bytes}},
        StreamItem{1, PixelValues{bytes}}, StreamItem{1, bytes},
        StreamItem{1, TokenIds(300, -1)}}) {
    const size_t size = SizeOf(item);
    EXPECT_GE(size, ToMessage(item).ByteSizeLong());
    EXPECT_LT(size, 3000U + 128U);
  }
}

TEST(StreamItemCheckTest, RefusesWhatWouldEndTheStream) {
  EXPECT_THAT(CheckItem({1, std::string("fine")}, 1024), IsOk());
  EXPECT_THAT(CheckItem({1, std::string("\xff")}, 1024),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("UTF-8")));
  EXPECT_THAT(CheckItem({1, EncodedImage{std::string(1024, '\xff')}}, 1024),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bytes")));
}

TEST(StreamItemCheckTest, APictureNeedNotBeUtf8) {
  EXPECT_THAT(CheckItem({1, EncodedImage{"\xff"}}, 1024), IsOk());
}

}  // namespace
}  // namespace clip::client
