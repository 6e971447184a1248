#include "model/image/png_data_stream.h"

#include <algorithm>

namespace clip::model {
namespace {

constexpr std::string_view kNoChecksum("\0\0\0\0", 4);

std::string U32Big(size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift));
  }
  return bytes;
}

std::string ChunkHeader(std::string_view name, size_t length) {
  return U32Big(length).append(name);
}

// Signature, IHDR, a palette where one must be, and the first data's header.
std::string MakeStart(const PngHeader& header, size_t first_piece_bytes) {
  std::string start(kPngMagic);
  start += ChunkHeader("IHDR", 13);
  start += U32Big(static_cast<size_t>(header.width));
  start += U32Big(static_cast<size_t>(header.height));
  start.push_back(static_cast<char>(header.bit_depth));
  start.push_back(static_cast<char>(header.color_type));
  start.push_back('\0');
  start.push_back('\0');
  start.push_back(header.interlaced ? '\1' : '\0');
  start += kNoChecksum;
  if (header.color_type == 3) {
    start += ChunkHeader("PLTE", 3);
    start.append(3, '\0');
    start += kNoChecksum;
  }
  start += ChunkHeader("IDAT", first_piece_bytes);
  return start;
}

}  // namespace

PngDataStream::PngDataStream(const PngHeader& header,
                             const std::vector<PngDataPiece>& pieces)
    : pieces_(pieces),
      start_(MakeStart(header, pieces.front().bytes.size())),
      current_(start_) {}

bool PngDataStream::Read(char* out, size_t size) {
  while (size > 0) {
    if (current_.empty() && !Advance()) return false;
    const size_t count = std::min(size, current_.size());
    out = std::copy_n(current_.data(), count, out);
    current_.remove_prefix(count);
    size -= count;
  }
  return true;
}

bool PngDataStream::Advance() {
  if (ended_) return false;
  if (between_is_next_) {
    const bool more = next_piece_ < pieces_.size();
    const std::string header =
        more ? ChunkHeader("IDAT", pieces_[next_piece_].bytes.size())
             : ChunkHeader("IEND", 0);
    std::copy(header.begin(), header.end(), between_.begin() + 4);
    current_ = std::string_view(between_.data(), between_.size());
    ended_ = !more;
  } else {
    current_ = pieces_[next_piece_].bytes;
    ++next_piece_;
  }
  between_is_next_ = !between_is_next_;
  return true;
}

}  // namespace clip::model
