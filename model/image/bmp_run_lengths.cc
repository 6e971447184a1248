#include "model/image/bmp_run_lengths.h"

#include <algorithm>
#include <utility>

#include "model/image/byte_reader.h"

namespace clip::model {
namespace {

class RunLengthReader {
 public:
  RunLengthReader(std::string_view file, size_t offset, int64_t width,
                  int64_t height, bool four_bits)
      : reader_(file),
        width_(static_cast<size_t>(width)),
        wanted_(static_cast<size_t>(width * height)),
        four_bits_(four_bits) {
    reader_.UpTo(offset);
  }

  std::vector<uint8_t> ReadAll() {
    bool more = true;
    while (more && pixels_.size() < wanted_) {
      const std::string_view pair = reader_.UpTo(2);
      if (pair.size() < 2) break;
      const auto count = static_cast<uint8_t>(pair[0]);
      const auto value = static_cast<uint8_t>(pair[1]);
      more = count != 0 ? AddRun(count, value) : Escape(value);
    }
    return std::move(pixels_);
  }

 private:
  // Each returns false at the end of the picture.
  bool AddRun(size_t count, uint8_t value) {
    // What does not fit into the row is dropped.
    if (column_ + count > width_) {
      count = width_ > column_ ? width_ - column_ : 0;
    }
    for (size_t i = 0; i < count; ++i) {
      const uint8_t nibble = i % 2 == 0 ? value >> 4 : value & 0x0f;
      pixels_.push_back(four_bits_ ? nibble : value);
    }
    column_ += count;
    return true;
  }

  bool Escape(uint8_t code) {
    constexpr uint8_t kEndOfLine = 0;
    constexpr uint8_t kEndOfPicture = 1;
    constexpr uint8_t kDelta = 2;
    switch (code) {
      case kEndOfLine:
        pixels_.resize((pixels_.size() + width_ - 1) / width_ * width_);
        column_ = 0;
        return true;
      case kEndOfPicture:
        return false;
      case kDelta:
        return Move();
      default:
        return AddLiterals(code);
    }
  }

  bool Move() {
    const std::string_view move = reader_.UpTo(2);
    if (move.size() < 2) return false;
    const size_t skipped =
        static_cast<uint8_t>(move[0]) + static_cast<uint8_t>(move[1]) * width_;
    pixels_.resize(pixels_.size() +
                   std::min(wanted_ - pixels_.size(), skipped));
    column_ = pixels_.size() % width_;
    return true;
  }

  bool AddLiterals(size_t stated) {
    const size_t count = std::min(wanted_ - pixels_.size(), stated);
    const size_t byte_count = four_bits_ ? (count + 1) / 2 : count;
    const std::string_view bytes = reader_.UpTo(byte_count);
    for (size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<uint8_t>(bytes[i]);
      pixels_.push_back(four_bits_ ? byte >> 4 : byte);
      if (four_bits_ && 2 * i + 1 < count) pixels_.push_back(byte & 0x0f);
    }
    if (bytes.size() < byte_count || pixels_.size() == wanted_) return false;
    column_ += stated;
    // Literals are padded to an even place in the file.
    if (reader_.position() % 2 != 0) reader_.UpTo(1);
    return true;
  }

  ByteReader reader_;
  const size_t width_;
  const size_t wanted_;
  const bool four_bits_;
  size_t column_ = 0;
  std::vector<uint8_t> pixels_;
};

}  // namespace

std::vector<uint8_t> ExpandBmpRunLengths(std::string_view file, size_t offset,
                                         int64_t width, int64_t height,
                                         bool four_bits) {
  return RunLengthReader(file, offset, width, height, four_bits).ReadAll();
}

}  // namespace clip::model
