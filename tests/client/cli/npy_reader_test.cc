#include "client/cli/npy_reader.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>

#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// As numpy.save writes it: version 1, and the header filled up with spaces.
std::string Npy(const std::string& header, const std::string& data) {
  std::string file = std::string("\x93NUMPY\x01\x00", 8);
  file.push_back(static_cast<char>(header.size() & 0xff));
  file.push_back(static_cast<char>(header.size() >> 8));
  return file + header + data;
}

std::string Header(const std::string& shape, const std::string& type = "<f4",
                   const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order +
         ", 'shape': (" + shape + "), }          \n";
}

// 1.5 and -2 as little-endian float32.
const std::string kTwoFloats("\x00\x00\xc0\x3f\x00\x00\x00\xc0", 8);

TEST(NpyReaderTest, ReadsRows) {
  const auto rows = ReadFloatRows(Npy(Header("2, 1"), kTwoFloats));
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, ElementsAre(ElementsAre(1.5F), ElementsAre(-2.0F)));
  EXPECT_THAT(*ReadFloatRows(Npy(Header("1, 2"), kTwoFloats)),
              ElementsAre(ElementsAre(1.5F, -2.0F)));
  EXPECT_THAT(*ReadFloatRows(Npy(Header("0, 0"), "")), IsEmpty());
}

TEST(NpyReaderTest, ReadsTheLongerHeaderOfVersionTwo) {
  std::string file = Npy(Header("1, 2"), kTwoFloats);
  file[6] = 2;
  file.insert(10, std::string(2, '\0'));
  EXPECT_THAT(ReadFloatRows(file), IsOk());
}

TEST(NpyReaderTest, SaysWhatAFileIsInstead) {
  const struct {
    std::string file;
    const char* why;
  } kCases[] = {
      {"", "first bytes"},
      {"PK\x03\x04 an archive of arrays", "first bytes"},
      {std::string("\x93NUMPY\x01\x00\xff\xff", 10) + "...", "in its header"},
      {std::string("\x93NUMPY\x09\x00\x02\x00  ", 12), "version"},
      {Npy(Header("1, 2", "<f8"), kTwoFloats), "float32"},
      {Npy(Header("1, 2", "<f4", "True"), kTwoFloats), "Fortran"},
      {Npy(Header("2,"), kTwoFloats), "two dimensions"},
      {Npy(Header("1, 1, 2"), kTwoFloats), "two dimensions"},
      {Npy(Header("-1, -2"), kTwoFloats), "two dimensions"},
      {Npy(Header("2, 2"), kTwoFloats), "shape"},
      {Npy(Header("1, 2"), kTwoFloats + "x"), "shape"},
      // More than there can be, and products that overflow.
      {Npy(Header("9223372036854775807, 9223372036854775807"), kTwoFloats),
       "shape"},
      {Npy(Header("9223372036854775809, 2"), kTwoFloats), "shape"},
      {Npy(Header("9223372036854775807, 0"), kTwoFloats), "shape"},
  };
  for (const auto& [file, why] : kCases) {
    EXPECT_THAT(ReadFloatRows(file),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  }
}

TEST(NpyReaderTest, RowsWithoutColumnsTakeNoMemory) {
  EXPECT_THAT(*ReadFloatRows(Npy(Header("9223372036854775807, 0"), "")),
              IsEmpty());
}

}  // namespace
}  // namespace clip::client
