#ifndef MODEL_IMAGE_PNG_CHUNK_RULES_H_
#define MODEL_IMAGE_PNG_CHUNK_RULES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "model/image/png_header.h"

namespace clip::model {

// Judges the chunks around a PNG's pixel data as Pillow does: which are too
// short, unpack to too much or contradict each other. Nothing of them is kept,
// and what is unpacked passes through a few kilobytes.
//
// Not thread-safe: chunks are fed in the order of the file.
class PngChunkRules {
 public:
  // What a packed profile or text may unpack to, each and together.
  static constexpr size_t kMaxUnpackedBytes = size_t{1} << 20;
  static constexpr size_t kMaxUnpackedBytesInAll = size_t{64} << 20;

  explicit PngChunkRules(const PngHeader& header);

  // One chunk that is neither IDAT, IEND nor fdAT. INVALID_ARGUMENT.
  absl::Status Check(std::string_view name, std::string_view data);

  // Frames that the file declares; 0 when it is not an animation.
  uint32_t declared_frames() const { return declared_frames_; }
  // Whether a frame's header came by.
  bool has_frame() const { return last_sequence_.has_value(); }

 private:
  absl::Status CheckLength(std::string_view name, std::string_view data) const;
  absl::Status CheckProfile(std::string_view data);
  absl::Status CheckPackedText(std::string_view data);
  absl::Status CheckInternationalText(std::string_view data);
  absl::Status CheckUnpacked(std::string_view packed);
  absl::Status CheckAnimation(std::string_view data);
  absl::Status CheckFrame(std::string_view data);

  const PngHeader header_;
  size_t unpacked_bytes_ = 0;
  uint32_t declared_frames_ = 0;
  std::optional<uint32_t> last_sequence_;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_PNG_CHUNK_RULES_H_
