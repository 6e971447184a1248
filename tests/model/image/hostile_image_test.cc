// Files that promise or unpack to far more than they hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "model/image/image_decoder.h"
#include "model/image/png_chunk_rules.h"
#include "tests/model/image/picture_files.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(HostileImageTest, WebpOfThirtyFourBytesCannotAskForAGigabyte) {
  // 16383 x 16383 in the lossless header.
  const std::string payload = "\x2f" + Little(0x3ffeU | 0x3ffeU << 14, 4);
  std::string file = MakeWebp("VP8L", payload + std::string(9, '\0'));
  ASSERT_EQ(file.size(), 34u);
  EXPECT_THAT(DecodeImage(file, ImageLimits()),
              StatusIs(kInvalid, HasSubstr("too many pixels: 16383 x 16383")));
}

TEST(HostileImageTest, WebpCanvasCannotAskForMore) {
  const std::string payload =
      Little(0x10, 4) + Little(0xffffff, 3) + Little(0xffffff, 3);
  EXPECT_THAT(
      DecodeImage(MakeWebp("VP8X", payload), ImageLimits()),
      StatusIs(kInvalid, HasSubstr("too many pixels: 16777216 x 16777216")));
}

TEST(HostileImageTest, JpegWithALyingFrameHeaderIsRefused) {
  std::string file = ReadGoldenFile("rgb_420.jpg");
  const size_t frame = file.find("\xff\xc0");
  file.replace(frame + 5, 4, Big(30000, 2) + Big(30000, 2));
  EXPECT_THAT(DecodeImage(file, ImageLimits()),
              StatusIs(kInvalid, HasSubstr("too many pixels: 30000 x 30000")));
}

// The first scan again and again: each walks the whole picture.
std::string WithScans(int extra) {
  const SplitFile split =
      SplitBehindSegment(ReadGoldenFile("progressive.jpg"), 0xda);
  const size_t scan = split.head.rfind("\xff\xda");
  const std::string header = split.head.substr(scan);
  std::string file = split.head.substr(0, scan);
  for (int i = 0; i < extra; ++i) file += header;
  return file + header + split.tail;
}

TEST(HostileImageTest, JpegOfManyScansIsRefusedByCount) {
  EXPECT_THAT(DecodeImage(WithScans(500), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("510 scans, the limit is 64")));
}

TEST(HostileImageTest, JpegOfSomeScansIsRefusedWhenItIsLarge) {
  std::string file = WithScans(50);
  const size_t frame = file.find("\xff\xc2");
  file.replace(frame + 5, 4, Big(5000, 2) + Big(5000, 2));
  EXPECT_THAT(DecodeImage(file, ImageLimits()),
              StatusIs(kInvalid, HasSubstr("60 scans of 25000000 pixels")));
}

TEST(HostileImageTest, PngAndBmpHeadersCannotPromiseTooMuch) {
  PngParts png;
  png.width = 0x7fffffff;
  png.height = 0x7fffffff;
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("too many pixels")));
  EXPECT_THAT(DecodeImage(MakeBmp(0x7fffffff, 0x7fffffff, ""), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("too many pixels")));
  EXPECT_THAT(DecodeImage(MakeBmp(5000, 5000, ""), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("rows are missing")));
}

std::string PackedZeros(size_t size) {
  return Deflate(std::string(size, '\0'));
}

// Chunks of each kind that packs something, around `packed`.
std::vector<std::string> PackingChunks(const std::string& packed) {
  const auto chunk = [&packed](std::string_view name, std::string_view start) {
    return PngChunk(name, std::string(start).append(packed));
  };
  return {chunk("iCCP", std::string_view("name\0\0", 6)),
          chunk("zTXt", std::string_view("key\0\0", 5)),
          chunk("iTXt", std::string_view("key\0\1\0\0\0", 8))};
}

TEST(HostileImageTest, PngTextsAndProfilesWithinTheLimitAreAccepted) {
  const size_t size = PngChunkRules::kMaxUnpackedBytes / 2;
  for (const std::string& chunk : PackingChunks(PackedZeros(size))) {
    PngParts png;
    png.ahead = chunk;
    EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()), IsOk())
        << chunk.substr(4, 4);
  }
}

TEST(HostileImageTest, PngTextsAndProfilesThatUnpackToTooMuchAreRefused) {
  const size_t size = PngChunkRules::kMaxUnpackedBytes * 8;
  for (const std::string& chunk : PackingChunks(PackedZeros(size))) {
    for (const bool ahead : {true, false}) {
      PngParts png;
      (ahead ? png.ahead : png.behind) = chunk;
      EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()),
                  StatusIs(kInvalid, HasSubstr("unpacks to more than")))
          << chunk.substr(4, 4);
    }
  }
}

TEST(HostileImageTest, ManyPngTextsCannotUnpackToTooMuchTogether) {
  const std::string chunk =
      PackingChunks(PackedZeros(PngChunkRules::kMaxUnpackedBytes / 2)).at(1);
  PngParts png;
  for (int i = 0; i < 130; ++i) png.ahead += chunk;
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("texts and profiles unpack to")));
}

TEST(HostileImageTest, PngWhoseDataEndsEarlyIsRefused) {
  PngParts png;
  png.height = 1000;
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()), StatusIs(kInvalid));
}

TEST(HostileImageTest, PngAnimationWithAStrayFirstFrameIsRefused) {
  const auto frame = [](uint32_t width, uint32_t left, uint32_t sequence) {
    return PngChunk("fcTL", Big(sequence, 4) + Big(width, 4) + Big(2, 4) +
                                Big(left, 4) + Big(0, 4) + Big(0, 6));
  };
  PngParts png;
  png.ahead = PngChunk("acTL", Big(2, 4) + Big(0, 4)) + frame(2, 0, 0);
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()), IsOk());
  png.ahead = frame(2, 1, 0);
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("leaves the picture")));
  png.ahead = frame(1, 0, 0);
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("does not fill the picture")));
  png.ahead = frame(2, 0, 1);
  EXPECT_THAT(DecodeImage(MakePng(png), ImageLimits()),
              StatusIs(kInvalid, HasSubstr("out of sequence")));
}

TEST(HostileImageTest, PngWithABadChecksumAheadOfItsDataIsRefused) {
  PngParts png;
  png.ahead = PngChunk("tEXt", "some words");
  std::string file = MakePng(png);
  EXPECT_THAT(DecodeImage(file, ImageLimits()), IsOk());
  file[file.find("words")] = 'W';
  EXPECT_THAT(DecodeImage(file, ImageLimits()),
              StatusIs(kInvalid, HasSubstr("tEXt chunk has a bad checksum")));
}

TEST(HostileImageTest, JpegThatEndsEarlyIsNeverFilledWithGray) {
  for (const char* name : {"gray.jpg", "rgb_420.jpg", "progressive.jpg"}) {
    const std::string file = ReadGoldenFile(name);
    // Even the end marker alone.
    for (const size_t missing : {size_t{2}, size_t{40}, file.size() / 2}) {
      EXPECT_THAT(
          DecodeImage(file.substr(0, file.size() - missing), ImageLimits()),
          StatusIs(kInvalid, HasSubstr("truncated")))
          << name << " without its last " << missing << " bytes";
    }
  }
}

TEST(HostileImageTest, DamageThatTheDecoderCanFollowIsAccepted) {
  std::string file = ReadGoldenFile("rgb_444.jpg");
  file[file.size() - 200] = static_cast<char>(file[file.size() - 200] ^ 0x10);
  EXPECT_THAT(DecodeImage(file, ImageLimits()), IsOk());
}

// No input may do anything but give a picture or a status.
TEST(HostileImageTest, FlippedBytesNeverCrash) {
  uint32_t random = 1;
  const auto next = [&random](size_t below) {
    random = random * 1664525 + 1013904223;
    return static_cast<size_t>(random >> 8) % below;
  };
  ImageLimits limits;
  limits.max_pixels = 1 << 20;
  for (const char* name :
       {"progressive.jpg", "cmyk.jpg", "type3_4_interlaced.png", "animated.png",
        "lossy_alpha.webp", "animated_alpha.webp", "rle8.bmp", "rle4.bmp",
        "32_bgra.bmp", "1.bmp"}) {
    const std::string file = ReadGoldenFile(name);
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
      std::string broken = file;
      // Half of the damage goes to the header, where it does most.
      const size_t reach =
          i % 2 == 0 ? file.size() : std::min<size_t>(file.size(), 64);
      for (size_t flips = 1 + next(6); flips > 0; --flips) {
        broken[next(reach)] = static_cast<char>(next(256));
      }
      const auto decoded = DecodeImage(broken, limits);
      if (decoded.ok()) continue;
      EXPECT_THAT(decoded, StatusIs(kInvalid));
      ++refused;
    }
    EXPECT_GT(refused, 0) << name;
  }
}

}  // namespace
}  // namespace clip::model
