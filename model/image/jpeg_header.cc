#include "model/image/jpeg_header.h"

#include <cstring>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/byte_reader.h"

namespace clip::model {
namespace {

constexpr uint8_t kStartOfScan = 0xda;

// What the frame header says, and whether later scans may follow the first.
struct Frame {
  int64_t width = 0;
  int64_t height = 0;
  int components = 0;
  bool progressive = false;
};

bool IsFrameHeader(uint8_t marker) {
  // C4, C8 and CC are tables and an extension; DE starts a hierarchy.
  return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
          marker != 0xc8 && marker != 0xcc) ||
         marker == 0xde;
}

bool HasSegment(uint8_t marker) {
  const bool bare = marker == 0xc8 || (marker >= 0xd0 && marker <= 0xd9) ||
                    (marker >= 0xf0 && marker <= 0xfd);
  return !bare;
}

absl::Status Cut() {
  return absl::InvalidArgumentError("the JPEG is truncated in its header");
}

absl::StatusOr<Frame> ReadFrame(uint8_t marker, std::string_view segment) {
  ByteReader reader(segment);
  const int precision = reader.U8();
  Frame frame;
  frame.height = reader.U16Big();
  frame.width = reader.U16Big();
  frame.components = reader.U8();
  frame.progressive = (marker & 0xc3) == 0xc2;
  if (!reader.ok()) return Cut();
  if (precision != 8) {
    return absl::InvalidArgumentError(
        fmt::format("a JPEG of {} bits a channel is not supported", precision));
  }
  if (frame.components != 1 && frame.components != 3 && frame.components != 4) {
    return absl::InvalidArgumentError(fmt::format(
        "a JPEG of {} components is not supported", frame.components));
  }
  return frame;
}

// Pillow reads the version of these two without looking at the length.
bool IsApplicationSegmentTooShort(uint8_t marker, std::string_view segment) {
  constexpr size_t kVersionEnd = 7;
  if (segment.size() >= kVersionEnd) return false;
  return (marker == 0xe0 && segment.substr(0, 4) == "JFIF") ||
         (marker == 0xee && segment.substr(0, 5) == "Adobe");
}

// Scan headers from `position` on. Also counts what only looks like one, which
// entropy-coded data never does: the count is an upper bound.
int64_t CountScans(std::string_view file, size_t position) {
  int64_t scans = 0;
  const char* at = file.data() + position;
  const char* const end = file.data() + file.size();
  while (at < end) {
    at = static_cast<const char*>(
        std::memchr(at, 0xff, static_cast<size_t>(end - at)));
    if (at == nullptr) break;
    ++at;
    if (at < end && static_cast<uint8_t>(*at) == kStartOfScan) ++scans;
  }
  return scans;
}

// Moves to the byte after the next marker and returns that; 0 at the end of
// the file and -1 for a marker that no JPEG has here.
int NextMarker(ByteReader* reader, bool after_ff) {
  while (reader->remaining() > 0) {
    const uint8_t byte = reader->U8();
    if (!after_ff) {
      after_ff = byte == 0xff;
    } else if (byte == 0) {
      after_ff = false;
    } else if (byte != 0xff) {
      return byte < 0xc0 ? -1 : byte;
    }
  }
  return 0;
}

ImageHeader MakeHeader(const Frame& frame, std::string_view file,
                       size_t scan_position, std::string_view scan_segment) {
  ImageHeader header;
  header.format = ImageFormat::kJpeg;
  header.width = frame.width;
  header.height = frame.height;
  header.bits_per_pixel = 8 * frame.components;
  const int in_first_scan =
      scan_segment.empty() ? 0 : static_cast<uint8_t>(scan_segment[0]);
  // A sequential JPEG whose first scan holds everything has no other: the
  // decoder refuses a second one.
  if (frame.progressive || in_first_scan < frame.components) {
    header.scans = CountScans(file, scan_position);
  }
  return header;
}

}  // namespace

absl::StatusOr<ImageHeader> ReadJpegHeader(std::string_view file) {
  ByteReader reader(file);
  reader.Skip(3);
  Frame frame;
  bool after_ff = true;
  for (;;) {
    const int next = NextMarker(&reader, after_ff);
    if (next == 0) return Cut();
    if (next < 0) {
      return absl::InvalidArgumentError("the JPEG has a broken marker");
    }
    after_ff = false;
    const auto marker = static_cast<uint8_t>(next);
    if (!HasSegment(marker)) continue;
    const size_t position = reader.position() - 2;
    const int length = reader.U16Big() - 2;
    const std::string_view segment =
        length > 0 ? reader.Bytes(static_cast<size_t>(length)) : "";
    if (!reader.ok() || IsApplicationSegmentTooShort(marker, segment)) {
      return Cut();
    }
    if (IsFrameHeader(marker)) {
      CLIP_ASSIGN_OR_RETURN(frame, ReadFrame(marker, segment));
    }
    if (marker == kStartOfScan) {
      return MakeHeader(frame, file, position, segment);
    }
  }
}

}  // namespace clip::model
