// Picture files built in code, to break them in the ways that tests need.
#ifndef TESTS_MODEL_IMAGE_PICTURE_FILES_H_
#define TESTS_MODEL_IMAGE_PICTURE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clip::model {

// A file of tests/golden/image/files.
std::string ReadGoldenFile(std::string_view name);

// Numbers in the byte orders of the formats.
std::string Big(uint64_t value, int bytes);
std::string Little(uint64_t value, int bytes);

// `data` as a zlib stream.
std::string Deflate(std::string_view data);

// A PNG chunk with its right checksum.
std::string PngChunk(std::string_view name, std::string_view data);

struct PngParts {
  uint32_t width = 2;
  uint32_t height = 2;
  int bit_depth = 8;
  int color_type = 2;
  int interlace = 0;
  // Whole chunks ahead of and behind the picture data.
  std::string ahead;
  std::string behind;
  // What the data unpacks to; by default black for the sizes above, two rows
  // of a filter byte and two pixels.
  std::string raw = std::string(14, '\0');
};
std::string MakePng(const PngParts& parts);

// A BMP of 24 bits a pixel and no data behind its headers but `data`.
std::string MakeBmp(int32_t width, int32_t height, std::string_view data);

// RIFF around one WebP chunk.
std::string MakeWebp(std::string_view chunk_name, std::string_view payload);

// A JPEG's bytes up to and with the first marker segment of kind `marker`,
// and the rest; the marker must be there.
struct SplitFile {
  std::string head;
  std::string tail;
};
SplitFile SplitBehindSegment(std::string_view jpeg, uint8_t marker);

}  // namespace clip::model

#endif  // TESTS_MODEL_IMAGE_PICTURE_FILES_H_
