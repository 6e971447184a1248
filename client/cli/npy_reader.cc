#include "client/cli/npy_reader.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace clip::client {
namespace {

constexpr std::string_view kNpyMagic("\x93NUMPY", 6);

absl::Status NotNpy(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a .npy file of float32 rows: ", std::string(why)));
}

// `bytes` bytes of a little-endian number.
size_t LengthAt(std::string_view file, size_t at, size_t bytes) {
  size_t length = 0;
  for (size_t i = bytes; i > 0; --i) {
    length = length << 8 | static_cast<unsigned char>(file[at + i - 1]);
  }
  return length;
}

// The text between `before` and `after`, or nothing.
std::string_view Between(std::string_view text, std::string_view before,
                         std::string_view after) {
  const size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  return text.substr(0, text.find(after));
}

// Of "(rows, columns)".
bool ReadShape(std::string_view header, uint64_t* rows, uint64_t* columns) {
  const std::vector<std::string> numbers =
      absl::StrSplit(std::string(Between(header, "'shape': (", ")")), ", ");
  return numbers.size() == 2 && absl::SimpleAtoi(numbers[0], rows) &&
         absl::SimpleAtoi(numbers[1], columns);
}

}  // namespace

absl::StatusOr<std::vector<std::vector<float>>> ReadFloatRows(
    std::string_view file) {
  if (file.size() < 12 || file.substr(0, 6) != kNpyMagic) {
    return NotNpy("its first bytes are others");
  }
  const char version = file[6];
  if (version < 1 || version > 3) return NotNpy("an unknown version");
  const size_t length_bytes = version == 1 ? 2 : 4;
  const size_t start = 8 + length_bytes + LengthAt(file, 8, length_bytes);
  if (start > file.size()) return NotNpy("it ends in its header");
  const std::string_view header = file.substr(8, start - 8);
  if (Between(header, "'descr': '", "'") != "<f4") {
    return NotNpy("its numbers are not little-endian float32");
  }
  if (!absl::StrContains(absl::string_view(header.data(), header.size()),
                         "'fortran_order': False")) {
    return NotNpy("its order is Fortran's");
  }
  uint64_t rows = 0, columns = 0;
  if (!ReadShape(header, &rows, &columns)) {
    return NotNpy("it has not two dimensions");
  }
  const size_t floats = (file.size() - start) / sizeof(float);
  if ((file.size() - start) % sizeof(float) != 0 ||
      (rows == 0 || columns == 0
           ? floats != 0
           : floats % rows != 0 || floats / rows != columns)) {
    return NotNpy("its length does not fit its shape");
  }
  if (columns == 0) rows = 0;
  std::vector<std::vector<float>> all(rows, std::vector<float>(columns));
  const char* data = file.data() + start;
  for (std::vector<float>& row : all) {
    std::memcpy(row.data(), data, columns * sizeof(float));
    data += columns * sizeof(float);
  }
  return all;
}

}  // namespace clip::client
