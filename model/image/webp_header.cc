#include "model/image/webp_header.h"

#include "absl/status/status.h"
#include "model/image/byte_reader.h"

namespace clip::model {
namespace {

// The first chunk's payload starts behind "RIFF", a size, "WEBP", its name
// and its size.
constexpr size_t kChunkName = 12;
constexpr size_t kPayload = 20;
constexpr uint32_t kSideBits = 0x3fff;

// Each returns false where the payload does not start as it must.
bool ReadLossy(ByteReader* reader, ImageHeader* header) {
  reader->Skip(3);
  const bool magic = reader->Bytes(3) == "\x9d\x01\x2a";
  header->width = reader->U16Little() & kSideBits;
  header->height = reader->U16Little() & kSideBits;
  header->bits_per_pixel = 24;
  return magic;
}

bool ReadLossless(ByteReader* reader, ImageHeader* header) {
  const bool magic = reader->U8() == 0x2f;
  const uint32_t bits = reader->U32Little();
  header->width = (bits & kSideBits) + 1;
  header->height = ((bits >> 14) & kSideBits) + 1;
  header->bits_per_pixel = (bits >> 28 & 1) != 0 ? 32 : 24;
  return magic;
}

bool ReadExtended(ByteReader* reader, ImageHeader* header) {
  constexpr uint8_t kAlphaFlag = 0x10;
  header->bits_per_pixel = (reader->U8() & kAlphaFlag) != 0 ? 32 : 24;
  reader->Skip(3);
  header->width = int64_t{reader->U24Little()} + 1;
  header->height = int64_t{reader->U24Little()} + 1;
  return true;
}

}  // namespace

absl::StatusOr<ImageHeader> ReadWebpHeader(std::string_view file) {
  ByteReader reader(file);
  reader.Skip(kChunkName);
  const std::string_view name = reader.Bytes(4);
  reader.Skip(kPayload - kChunkName - 4);
  ImageHeader header;
  header.format = ImageFormat::kWebp;
  bool valid = false;
  if (name == "VP8 ") valid = ReadLossy(&reader, &header);
  if (name == "VP8L") valid = ReadLossless(&reader, &header);
  if (name == "VP8X") valid = ReadExtended(&reader, &header);
  if (!valid || !reader.ok()) {
    return absl::InvalidArgumentError("the WebP has a broken header");
  }
  return header;
}

}  // namespace clip::model
