#include "model/image/png_chunk_rules.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "model/image/byte_reader.h"

namespace clip::model {
namespace {

absl::Status Refuse(std::string_view name, std::string_view reason) {
  return absl::InvalidArgumentError(
      fmt::format("the PNG's {} chunk {}", name, reason));
}

enum class Unpacking { kWithinLimit, kTooLarge };

// Unpacks `packed` and throws the bytes away, counting them. Data that is not
// a zlib stream counts as far as it goes: nobody needs the text.
Unpacking CountUnpackedBytes(std::string_view packed, size_t limit,
                             size_t* bytes) {
  std::array<Bytef, 16384> scratch;
  z_stream stream = {};
  *bytes = 0;
  if (inflateInit(&stream) != Z_OK) return Unpacking::kTooLarge;
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(packed.size());
  int code = Z_OK;
  while (code == Z_OK && *bytes < limit) {
    const auto room =
        static_cast<uInt>(std::min(scratch.size(), limit - *bytes));
    stream.next_out = scratch.data();
    stream.avail_out = room;
    code = inflate(&stream, Z_SYNC_FLUSH);
    *bytes += room - stream.avail_out;
  }
  const bool more = code == Z_OK && stream.avail_in > 0;
  inflateEnd(&stream);
  return more ? Unpacking::kTooLarge : Unpacking::kWithinLimit;
}

// Cuts `rest` behind the first zero byte and returns what was before it; false
// where there is none.
bool SplitAtZero(std::string_view* rest, std::string_view* head) {
  const size_t zero = rest->find('\0');
  if (zero == std::string_view::npos) return false;
  *head = rest->substr(0, zero);
  rest->remove_prefix(zero + 1);
  return true;
}

}  // namespace

PngChunkRules::PngChunkRules(const PngHeader& header) : header_(header) {}

absl::Status PngChunkRules::Check(std::string_view name,
                                  std::string_view data) {
  CLIP_RETURN_IF_ERROR(CheckLength(name, data));
  if (name == "iCCP") return CheckProfile(data);
  if (name == "zTXt") return CheckPackedText(data);
  if (name == "iTXt") return CheckInternationalText(data);
  if (name == "acTL") return CheckAnimation(data);
  if (name == "fcTL") return CheckFrame(data);
  return absl::OkStatus();
}

absl::Status PngChunkRules::CheckLength(std::string_view name,
                                        std::string_view data) const {
  struct Rule {
    std::string_view name;
    size_t bytes;
  };
  constexpr std::array<Rule, 7> kRules = {{{"IHDR", 13},
                                           {"gAMA", 4},
                                           {"cHRM", 32},
                                           {"sRGB", 1},
                                           {"pHYs", 9},
                                           {"acTL", 8},
                                           {"fcTL", 26}}};
  size_t needed = 0;
  for (const Rule& rule : kRules) {
    if (name == rule.name) needed = rule.bytes;
  }
  if (name == "tRNS" && header_.color_type == 0) needed = 2;
  if (name == "tRNS" && header_.color_type == 2) needed = 6;
  if (data.size() < needed) return Refuse(name, "is too short");
  return absl::OkStatus();
}

absl::Status PngChunkRules::CheckProfile(std::string_view data) {
  std::string_view name;
  SplitAtZero(&data, &name);
  if (data.empty() || data[0] != 0) return Refuse("iCCP", "is broken");
  return CheckUnpacked(data.substr(1));
}

absl::Status PngChunkRules::CheckPackedText(std::string_view data) {
  std::string_view key;
  if (!SplitAtZero(&data, &key) || data.empty()) return absl::OkStatus();
  if (data[0] != 0) return Refuse("zTXt", "is packed in an unknown way");
  return CheckUnpacked(data.substr(1));
}

absl::Status PngChunkRules::CheckInternationalText(std::string_view data) {
  std::string_view skipped;
  if (!SplitAtZero(&data, &skipped) || data.size() < 2) return absl::OkStatus();
  const bool packed = data[0] != 0;
  const bool known_method = data[1] == 0;
  data.remove_prefix(2);
  const bool complete =
      SplitAtZero(&data, &skipped) && SplitAtZero(&data, &skipped);
  if (!complete || !packed || !known_method) return absl::OkStatus();
  return CheckUnpacked(data);
}

absl::Status PngChunkRules::CheckUnpacked(std::string_view packed) {
  size_t bytes = 0;
  if (CountUnpackedBytes(packed, kMaxUnpackedBytes, &bytes) ==
      Unpacking::kTooLarge) {
    return absl::InvalidArgumentError(fmt::format(
        "a text or profile in the PNG unpacks to more than {} bytes",
        kMaxUnpackedBytes));
  }
  unpacked_bytes_ += bytes;
  if (unpacked_bytes_ > kMaxUnpackedBytesInAll) {
    return absl::InvalidArgumentError(
        fmt::format("the PNG's texts and profiles unpack to more than {} bytes",
                    kMaxUnpackedBytesInAll));
  }
  return absl::OkStatus();
}

absl::Status PngChunkRules::CheckAnimation(std::string_view data) {
  constexpr uint32_t kMaxFrames = 0x80000000;
  const uint32_t frames = ByteReader(data).U32Big();
  // A second declaration makes the file a still picture.
  if (declared_frames_ != 0) {
    declared_frames_ = 0;
    return absl::OkStatus();
  }
  if (frames <= kMaxFrames) declared_frames_ = frames;
  return absl::OkStatus();
}

absl::Status PngChunkRules::CheckFrame(std::string_view data) {
  ByteReader reader(data);
  const uint32_t sequence = reader.U32Big();
  const uint32_t expected =
      last_sequence_.has_value() ? *last_sequence_ + 1 : 0;
  if (sequence != expected) return Refuse("fcTL", "is out of sequence");
  const int64_t width = reader.U32Big();
  const int64_t height = reader.U32Big();
  const int64_t left = reader.U32Big();
  const int64_t top = reader.U32Big();
  if (left + width > header_.width || top + height > header_.height) {
    return Refuse("fcTL", "leaves the picture");
  }
  // The format wants the first frame to fill the picture. Pillow would leave
  // the rest black.
  const bool first = !last_sequence_.has_value();
  if (first && (width != header_.width || height != header_.height)) {
    return Refuse("fcTL", "does not fill the picture");
  }
  last_sequence_ = sequence;
  return absl::OkStatus();
}

}  // namespace clip::model
