#ifndef MODEL_IMAGE_PNG_DATA_STREAM_H_
#define MODEL_IMAGE_PNG_DATA_STREAM_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/image/png_file.h"
#include "model/image/png_header.h"

namespace clip::model {

// What libpng gets to see of a PNG: a file of its header and its pixel data
// only, made up while it is read. So no other chunk can cost or break
// anything in libpng, and a data chunk that is cut looks whole. Checksums are
// zero; a palette is a single black, because libpng wants one.
//
// Borrows the pieces. Not thread-safe.
class PngDataStream {
 public:
  PngDataStream(const PngHeader& header,
                const std::vector<PngDataPiece>& pieces);

  // Copies the next `size` bytes; false, without a promise about `out`, when
  // there are fewer.
  bool Read(char* out, size_t size);

  // The piece that was read last.
  size_t piece_index() const { return next_piece_ == 0 ? 0 : next_piece_ - 1; }

 private:
  // Makes current_ the next run of bytes; false at the end.
  bool Advance();

  const std::vector<PngDataPiece>& pieces_;
  std::string start_;
  // The checksum of a piece and the header of the next chunk.
  std::array<char, 12> between_ = {};
  std::string_view current_;
  size_t next_piece_ = 0;
  bool between_is_next_ = false;
  bool ended_ = false;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_PNG_DATA_STREAM_H_
