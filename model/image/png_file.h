#ifndef MODEL_IMAGE_PNG_FILE_H_
#define MODEL_IMAGE_PNG_FILE_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/image/byte_reader.h"
#include "model/image/pixel_buffer.h"
#include "model/image/png_chunk_rules.h"
#include "model/image/png_header.h"

namespace clip::model {

// A run of packed pixel data: what one IDAT chunk holds, or what is left of it
// in a file that ends within it.
struct PngDataPiece {
  std::string_view bytes;
  // Where the chunk behind it starts; beyond the file when it is cut.
  size_t end = 0;
};

// The chunks of a PNG. Checksums count ahead of the pixel data only, as in
// Pillow. Borrows the file; not thread-safe.
class PngFile {
 public:
  // Checks everything ahead of the pixel data and finds the data.
  // INVALID_ARGUMENT.
  static absl::StatusOr<PngFile> Open(std::string_view file,
                                      const PngHeader& header);

  const Palette& palette() const { return palette_; }
  // The runs that follow each other; not empty, and none is.
  const std::vector<PngDataPiece>& pieces() const { return pieces_; }

  // Checks the chunks behind pieces()[last_used]. A file may end between two
  // chunks, but not within one.
  absl::Status CheckRest(size_t last_used);

 private:
  struct Chunk {
    std::string_view name;
    size_t length = 0;
    size_t data_position = 0;
  };

  PngFile(std::string_view file, const PngHeader& header);

  // The chunk header at `position`; false where there is none.
  bool ReadChunkHeader(size_t position, Chunk* chunk) const;
  // The whole chunk's data; false where the file ends before.
  bool ReadChunkData(const Chunk& chunk, std::string_view* data) const;
  bool HasGoodChecksum(const Chunk& chunk) const;
  absl::Status ReadPalette(std::string_view data);
  absl::Status ReadAheadOfData(Chunk* first_data);
  void CollectPieces(Chunk chunk);
  absl::Status CheckChunkBehind(const Chunk& chunk);

  std::string_view file_;
  PngHeader header_;
  PngChunkRules rules_;
  bool animated_ = false;
  Palette palette_ = {};
  std::vector<PngDataPiece> pieces_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_PNG_FILE_H_
