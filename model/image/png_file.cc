#include "model/image/png_file.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

constexpr size_t kChunkHeaderBytes = 8;
constexpr size_t kChecksumBytes = 4;

absl::Status TruncatedPng() {
  return absl::InvalidArgumentError("the PNG is truncated");
}

bool IsChunkName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

PngFile::PngFile(std::string_view file, const PngHeader& header)
    : file_(file), header_(header), rules_(header) {}

absl::StatusOr<PngFile> PngFile::Open(std::string_view file,
                                      const PngHeader& header) {
  PngFile png(file, header);
  Chunk first_data;
  CLIP_RETURN_IF_ERROR(png.ReadAheadOfData(&first_data));
  png.CollectPieces(first_data);
  if (png.pieces_.empty()) return TruncatedPng();
  return png;
}

absl::Status PngFile::ReadAheadOfData(Chunk* first_data) {
  size_t position = kPngMagic.size();
  bool first = true;
  Chunk chunk;
  while (ReadChunkHeader(position, &chunk)) {
    if (chunk.name == "IDAT") {
      const uint32_t frames = rules_.declared_frames();
      // A default picture that is no frame counts as one more.
      animated_ = frames > 1 || (frames == 1 && !rules_.has_frame());
      *first_data = chunk;
      return absl::OkStatus();
    }
    std::string_view data;
    if (!ReadChunkData(chunk, &data)) return TruncatedPng();
    if (!HasGoodChecksum(chunk)) {
      return absl::InvalidArgumentError(
          fmt::format("the PNG's {} chunk has a bad checksum", chunk.name));
    }
    const bool repeated_header = chunk.name == "IHDR" && !first;
    if (chunk.name == "IEND" || chunk.name == "fdAT" || repeated_header) {
      return absl::InvalidArgumentError("the PNG has no picture data");
    }
    CLIP_RETURN_IF_ERROR(rules_.Check(chunk.name, data));
    if (chunk.name == "PLTE") CLIP_RETURN_IF_ERROR(ReadPalette(data));
    position = chunk.data_position + chunk.length + kChecksumBytes;
    first = false;
  }
  return TruncatedPng();
}

void PngFile::CollectPieces(Chunk chunk) {
  do {
    PngDataPiece piece;
    piece.bytes = file_.substr(chunk.data_position, chunk.length);
    piece.end = chunk.data_position + chunk.length + kChecksumBytes;
    if (!piece.bytes.empty()) pieces_.push_back(piece);
    if (!ReadChunkHeader(piece.end, &chunk)) return;
  } while (chunk.name == "IDAT" || chunk.name == "DDAT");
}

absl::Status PngFile::CheckRest(size_t last_used) {
  size_t position = pieces_[last_used].end;
  Chunk chunk;
  while (ReadChunkHeader(position, &chunk)) {
    if (chunk.name == "IEND") break;
    // The next frame of an animation starts: nobody needs it.
    if (chunk.name == "fcTL" && animated_) break;
    CLIP_RETURN_IF_ERROR(CheckChunkBehind(chunk));
    position = chunk.data_position + chunk.length + kChecksumBytes;
  }
  return absl::OkStatus();
}

absl::Status PngFile::CheckChunkBehind(const Chunk& chunk) {
  std::string_view data;
  if (!ReadChunkData(chunk, &data)) return TruncatedPng();
  if (chunk.name == "fdAT") {
    return absl::InvalidArgumentError("the PNG has a frame without a header");
  }
  return rules_.Check(chunk.name, data);
}

bool PngFile::ReadChunkHeader(size_t position, Chunk* chunk) const {
  if (position > file_.size() || file_.size() - position < kChunkHeaderBytes) {
    return false;
  }
  ByteReader reader(file_.substr(position));
  chunk->length = reader.U32Big();
  chunk->name = reader.Bytes(4);
  chunk->data_position = position + kChunkHeaderBytes;
  return IsChunkName(chunk->name);
}

bool PngFile::ReadChunkData(const Chunk& chunk, std::string_view* data) const {
  *data = file_.substr(chunk.data_position, chunk.length);
  return data->size() == chunk.length;
}

bool PngFile::HasGoodChecksum(const Chunk& chunk) const {
  // The name is part of the sum and lies right before the data.
  const std::string_view summed =
      file_.substr(chunk.data_position - 4, chunk.length + 4);
  ByteReader reader(file_.substr(chunk.data_position + chunk.length));
  const uint32_t stated = reader.U32Big();
  const uLong computed = crc32(0, reinterpret_cast<const Bytef*>(summed.data()),
                               static_cast<uInt>(summed.size()));
  return reader.ok() && computed == stated;
}

absl::Status PngFile::ReadPalette(std::string_view data) {
  if (header_.color_type != 3) return absl::OkStatus();
  const size_t entries = data.size() / 3;
  if (entries > 256) {
    return absl::InvalidArgumentError(
        fmt::format("the PNG's palette has {} colours", entries));
  }
  palette_ = {};
  std::copy_n(data.begin(), 3 * entries, palette_.begin());
  return absl::OkStatus();
}

}  // namespace clip::model
