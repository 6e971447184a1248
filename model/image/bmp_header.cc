#include "model/image/bmp_header.h"

#include <algorithm>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/byte_reader.h"

namespace clip::model {
namespace {

constexpr size_t kFileHeaderBytes = 14;
constexpr uint32_t kCoreHeaderBytes = 12;

enum Compression : uint32_t {
  kRaw = 0,
  kRunLength8 = 1,
  kRunLength4 = 2,
  kBitFields = 3,
};

// The second header, in the terms of the file.
struct InfoHeader {
  uint32_t size = 0;
  uint32_t compression = kRaw;
  uint64_t colors = 0;
  int palette_entry_bytes = 4;
  std::array<uint32_t, 4> masks = {};
};

struct MaskLayout {
  int bits;
  std::array<uint32_t, 4> masks;
  BmpLayout layout;
  PixelMode mode;
  std::array<int, 4> byte_order;
};

// The bit fields in use; R, G, B, A.
constexpr std::array<MaskLayout, 11> kMaskLayouts = {{
    {32,
     {0xff0000, 0xff00, 0xff, 0},
     BmpLayout::kBytes,
     PixelMode::kRgb,
     {2, 1, 0, 0}},
    {32,
     {0xff000000, 0xff0000, 0xff00, 0},
     BmpLayout::kBytes,
     PixelMode::kRgb,
     {3, 2, 1, 0}},
    {32,
     {0xff000000, 0xff00, 0xff, 0},
     BmpLayout::kBytes,
     PixelMode::kRgb,
     {3, 1, 0, 0}},
    {32,
     {0xff000000, 0xff0000, 0xff00, 0xff},
     BmpLayout::kBytes,
     PixelMode::kRgba,
     {3, 2, 1, 0}},
    {32,
     {0xff, 0xff00, 0xff0000, 0xff000000},
     BmpLayout::kBytes,
     PixelMode::kRgba,
     {0, 1, 2, 3}},
    {32,
     {0xff0000, 0xff00, 0xff, 0xff000000},
     BmpLayout::kBytes,
     PixelMode::kRgba,
     {2, 1, 0, 3}},
    {32,
     {0xff000000, 0xff00, 0xff, 0xff0000},
     BmpLayout::kBytes,
     PixelMode::kRgba,
     {3, 1, 0, 2}},
    {32, {0, 0, 0, 0}, BmpLayout::kBytes, PixelMode::kRgba, {2, 1, 0, 3}},
    {24,
     {0xff0000, 0xff00, 0xff, 0},
     BmpLayout::kBytes,
     PixelMode::kRgb,
     {2, 1, 0, 0}},
    {16, {0xf800, 0x7e0, 0x1f, 0}, BmpLayout::kRgb565, PixelMode::kRgb, {}},
    {16, {0x7c00, 0x3e0, 0x1f, 0}, BmpLayout::kRgb555, PixelMode::kRgb, {}},
}};

absl::Status Refuse(std::string_view reason) {
  return absl::InvalidArgumentError(fmt::format("the BMP {}", reason));
}

void ReadCoreHeader(ByteReader* reader, InfoHeader* info, BmpHeader* header) {
  info->palette_entry_bytes = 3;
  header->width = reader->U16Little();
  header->height = reader->U16Little();
  reader->Skip(2);
  header->bits_per_pixel = reader->U16Little();
}

// Headers of 40 bytes and more; leaves the reader behind them and behind the
// masks that follow a header of 40 bytes.
void ReadLongHeader(ByteReader* reader, InfoHeader* info, BmpHeader* header) {
  const size_t start = reader->position() - 4;
  header->width = reader->U32Little();
  const uint32_t height = reader->U32Little();
  // A negative height means top-down; as Pillow, look at its last byte only.
  header->top_down = height >> 24 == 0xff;
  header->height =
      header->top_down ? (int64_t{1} << 32) - int64_t{height} : height;
  reader->Skip(2);
  header->bits_per_pixel = reader->U16Little();
  info->compression = reader->U32Little();
  reader->Skip(12);
  info->colors = reader->U32Little();
  reader->Skip(4);
  constexpr uint32_t kWithMasks = 52;
  constexpr uint32_t kWithAlphaMask = 56;
  const bool fields = info->compression == kBitFields;
  const bool masks_follow = fields && info->size < kWithMasks;
  if (info->size >= kWithMasks || masks_follow) {
    for (int i = 0; i < 3; ++i) info->masks[i] = reader->U32Little();
  }
  if (info->size >= kWithAlphaMask) info->masks[3] = reader->U32Little();
  if (!masks_follow) {
    reader->Skip(info->size - (reader->position() - start));
  }
}

absl::Status ReadInfoHeader(ByteReader* reader, InfoHeader* info,
                            BmpHeader* header) {
  info->size = reader->U32Little();
  switch (info->size) {
    case kCoreHeaderBytes:
      ReadCoreHeader(reader, info, header);
      break;
    case 40:
    case 52:
    case 56:
    case 64:
    case 108:
    case 124:
      ReadLongHeader(reader, info, header);
      break;
    default:
      return Refuse(
          fmt::format("has an unknown header of {} bytes", info->size));
  }
  if (!reader->ok()) return Refuse("is truncated in its header");
  return absl::OkStatus();
}

absl::Status ChooseLayout(const InfoHeader& info, BmpHeader* header) {
  const int bits = header->bits_per_pixel;
  if (info.compression == kBitFields) {
    const auto* found = std::find_if(
        kMaskLayouts.begin(), kMaskLayouts.end(), [&](const MaskLayout& known) {
          const int compared = bits == 32 ? 4 : 3;
          return known.bits == bits &&
                 std::equal(known.masks.begin(), known.masks.begin() + compared,
                            info.masks.begin());
        });
    if (found == kMaskLayouts.end()) return Refuse("has unknown bit fields");
    header->layout = found->layout;
    header->mode = found->mode;
    header->byte_order = found->byte_order;
    return absl::OkStatus();
  }
  if (info.compression > kBitFields) return Refuse("has unknown compression");
  header->run_length_encoded = info.compression != kRaw;
  header->four_bit_runs = info.compression == kRunLength4;
  const bool indexed = bits == 1 || bits == 4 || bits == 8;
  if (indexed) {
    header->layout = BmpLayout::kIndexed;
    header->mode = PixelMode::kPalette;
  } else if (bits == 16 || bits == 24 || bits == 32) {
    header->layout = bits == 16 ? BmpLayout::kRgb555 : BmpLayout::kBytes;
    if (header->run_length_encoded) return Refuse("has run lengths of colours");
  } else {
    return Refuse(fmt::format("has an unsupported depth of {} bits", bits));
  }
  return absl::OkStatus();
}

// The value that makes entry `index` part of a plain gray ramp.
uint8_t RampValue(uint64_t colors, uint64_t index) {
  if (colors == 2) return index == 0 ? 0 : 255;
  return static_cast<uint8_t>(index);
}

// Pillow forgets a palette that is a gray ramp, and then reads rows as one bit
// (at most two colours) or one byte a pixel, whatever the header says.
bool IsGrayRamp(std::string_view bytes, const InfoHeader& info) {
  const auto entry_bytes = static_cast<size_t>(info.palette_entry_bytes);
  if (bytes.size() < entry_bytes * (info.colors - 1) + 3) return false;
  for (uint64_t i = 0; i < info.colors; ++i) {
    const auto value = static_cast<char>(RampValue(info.colors, i));
    const std::string_view entry = bytes.substr(i * entry_bytes, 3);
    if (entry[0] != value || entry[1] != value || entry[2] != value) {
      return false;
    }
  }
  return true;
}

absl::Status ReadPalette(ByteReader* reader, const InfoHeader& info,
                         BmpHeader* header) {
  constexpr uint64_t kMaxColors = 65536;
  if (info.colors == 0 || info.colors > kMaxColors) {
    return Refuse(fmt::format("has a palette of {} colours", info.colors));
  }
  const auto entry_bytes = static_cast<size_t>(info.palette_entry_bytes);
  const std::string_view bytes = reader->UpTo(entry_bytes * info.colors);
  header->stored_bits = header->bits_per_pixel;
  if (IsGrayRamp(bytes, info)) {
    const bool bilevel = info.colors <= 2;
    header->mode = bilevel ? PixelMode::kBilevel : PixelMode::kGray;
    header->stored_bits = bilevel ? 1 : 8;
    return absl::OkStatus();
  }
  const size_t entries = bytes.size() / entry_bytes;
  if (entries > 256) return Refuse("has a palette of more than 256 colours");
  for (size_t i = 0; i < entries; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      header->palette[3 * i + c] =
          static_cast<uint8_t>(bytes[i * entry_bytes + 2 - c]);
    }
  }
  return absl::OkStatus();
}

}  // namespace

ImageHeader BmpHeader::ToImageHeader() const {
  ImageHeader header;
  header.format = ImageFormat::kBmp;
  header.width = width;
  header.height = height;
  header.bits_per_pixel = bits_per_pixel;
  return header;
}

absl::StatusOr<BmpHeader> ReadBmpHeader(std::string_view file) {
  ByteReader reader(file);
  reader.Skip(kFileHeaderBytes - 4);
  size_t offset = reader.U32Little();
  BmpHeader header;
  InfoHeader info;
  CLIP_RETURN_IF_ERROR(ReadInfoHeader(&reader, &info, &header));
  CLIP_RETURN_IF_ERROR(ChooseLayout(info, &header));
  if (header.layout == BmpLayout::kIndexed) {
    if (info.colors == 0) info.colors = uint64_t{1} << header.bits_per_pixel;
    // Some writers leave the palette out of the offset.
    if (offset == kFileHeaderBytes + info.size) {
      offset += static_cast<size_t>(info.palette_entry_bytes) * info.colors;
    }
    CLIP_RETURN_IF_ERROR(ReadPalette(&reader, info, &header));
  }
  header.pixel_offset = offset != 0 ? offset : reader.position();
  header.stride = (header.width * header.bits_per_pixel + 31) / 8 & ~int64_t{3};
  return header;
}

}  // namespace clip::model
