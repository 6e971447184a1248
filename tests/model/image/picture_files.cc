#include "tests/model/image/picture_files.h"

#include <zlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace clip::model {

std::string ReadGoldenFile(std::string_view name) {
  const std::string path =
      std::string(CLIP_SOURCE_DIR "/tests/golden/image/files/").append(name);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string Big(uint64_t value, int bytes) {
  std::string result;
  for (int i = bytes - 1; i >= 0; --i) {
    result.push_back(static_cast<char>(value >> (8 * i)));
  }
  return result;
}

std::string Little(uint64_t value, int bytes) {
  std::string result;
  for (int i = 0; i < bytes; ++i) {
    result.push_back(static_cast<char>(value >> (8 * i)));
  }
  return result;
}

std::string Deflate(std::string_view data) {
  uLongf size = compressBound(data.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(data.data()), data.size(), 9);
  packed.resize(size);
  return packed;
}

std::string PngChunk(std::string_view name, std::string_view data) {
  const std::string summed = std::string(name).append(data);
  const uLong checksum = crc32(0, reinterpret_cast<const Bytef*>(summed.data()),
                               static_cast<uInt>(summed.size()));
  return Big(data.size(), 4) + summed + Big(checksum, 4);
}

std::string MakePng(const PngParts& parts) {
  std::string header = Big(parts.width, 4) + Big(parts.height, 4);
  header += Big(static_cast<uint64_t>(parts.bit_depth), 1);
  header += Big(static_cast<uint64_t>(parts.color_type), 1);
  header += Big(0, 2) + Big(static_cast<uint64_t>(parts.interlace), 1);
  return "\x89PNG\r\n\x1a\n" + PngChunk("IHDR", header) + parts.ahead +
         PngChunk("IDAT", Deflate(parts.raw)) + parts.behind +
         PngChunk("IEND", "");
}

std::string MakeBmp(int32_t width, int32_t height, std::string_view data) {
  const std::string info = Little(40, 4) +
                           Little(static_cast<uint32_t>(width), 4) +
                           Little(static_cast<uint32_t>(height), 4) +
                           Little(1, 2) + Little(24, 2) + std::string(24, '\0');
  return "BM" + Little(54 + data.size(), 4) + Little(0, 4) + Little(54, 4) +
         info + std::string(data);
}

std::string MakeWebp(std::string_view chunk_name, std::string_view payload) {
  std::string padded(payload);
  if (padded.size() % 2 != 0) padded.push_back('\0');
  return "RIFF" + Little(12 + padded.size(), 4) + "WEBP" +
         std::string(chunk_name) + Little(payload.size(), 4) + padded;
}

SplitFile SplitBehindSegment(std::string_view jpeg, uint8_t marker) {
  size_t position = 2;
  for (;;) {
    const auto found = static_cast<uint8_t>(jpeg.at(position + 1));
    const size_t length = static_cast<uint8_t>(jpeg.at(position + 2)) * 256U +
                          static_cast<uint8_t>(jpeg.at(position + 3));
    position += 2 + length;
    if (found == marker) break;
  }
  return {std::string(jpeg.substr(0, position)),
          std::string(jpeg.substr(position))};
}

}  // namespace clip::model
