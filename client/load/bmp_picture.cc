#include "client/load/bmp_picture.h"

#include <cstddef>

#include "client/load/mixed_bits.h"

namespace clip::client::load {
namespace {

constexpr size_t kBmpHeaderBytes = 54;
constexpr size_t kTileSide = 16;

void AppendLittleEndian(uint64_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>(value & 0xff));
    value >>= 8;
  }
}

std::string BmpHeader(uint64_t width, uint64_t height, size_t pixel_bytes) {
  std::string header = "BM";
  AppendLittleEndian(kBmpHeaderBytes + pixel_bytes, 4, header);
  AppendLittleEndian(0, 4, header);
  AppendLittleEndian(kBmpHeaderBytes, 4, header);
  // The part that describes the picture: 24 bits a pixel, not compressed.
  AppendLittleEndian(40, 4, header);
  AppendLittleEndian(width, 4, header);
  AppendLittleEndian(height, 4, header);
  AppendLittleEndian(1, 2, header);
  AppendLittleEndian(24, 2, header);
  AppendLittleEndian(0, 4, header);
  AppendLittleEndian(pixel_bytes, 4, header);
  AppendLittleEndian(0, 16, header);
  return header;
}

}  // namespace

std::string NewBmpPicture(int width, int height, uint64_t seed) {
  const auto columns = static_cast<size_t>(width);
  const auto rows = static_cast<size_t>(height);
  // Rows are padded to four bytes.
  const size_t row_bytes = (columns * 3 + 3) / 4 * 4;
  std::string file = BmpHeader(columns, rows, row_bytes * rows);
  file.reserve(kBmpHeaderBytes + row_bytes * rows);
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < columns; ++x) {
      AppendLittleEndian(
          MixedBits(seed ^ (y / kTileSide << 16 | x / kTileSide)), 3, file);
    }
    file.append(row_bytes - columns * 3, '\0');
  }
  return file;
}

void StampBmpPicture(uint64_t id, std::string& file) {
  for (size_t i = 0; i < sizeof(id); ++i) {
    file[kBmpHeaderBytes + i] = static_cast<char>(id >> (8 * i) & 0xff);
  }
}

}  // namespace clip::client::load
