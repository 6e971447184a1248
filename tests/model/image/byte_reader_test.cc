#include "model/image/byte_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clip::model {
namespace {

TEST(ByteReaderTest, ReadsNumbersInBothByteOrders) {
  ByteReader reader(
      std::string_view("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
                       "\x0b\x0c\x0d\x0e\x0f\x10",
                       16));
  EXPECT_EQ(reader.U8(), 0x01);
  EXPECT_EQ(reader.U16Big(), 0x0203);
  EXPECT_EQ(reader.U16Little(), 0x0504);
  EXPECT_EQ(reader.U32Big(), 0x06070809u);
  EXPECT_EQ(reader.U24Little(), 0x0c0b0au);
  EXPECT_EQ(reader.U32Little(), 0x100f0e0du);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReaderTest, ReadingPastTheEndFailsForGood) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.U32Big(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0);
  EXPECT_EQ(reader.Bytes(0), "");
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReaderTest, UpToTakesWhatIsThere) {
  ByteReader reader("abcde");
  EXPECT_EQ(reader.UpTo(2), "ab");
  EXPECT_EQ(reader.UpTo(100), "cde");
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.position(), 5u);
}

}  // namespace
}  // namespace clip::model
