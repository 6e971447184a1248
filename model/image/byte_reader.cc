#include "model/image/byte_reader.h"

#include <algorithm>

namespace clip::model {

std::string_view ByteReader::Bytes(size_t size) {
  if (size > remaining()) {
    ok_ = false;
    position_ = bytes_.size();
    return {};
  }
  return UpTo(size);
}

std::string_view ByteReader::UpTo(size_t size) {
  const std::string_view run =
      bytes_.substr(position_, std::min(size, remaining()));
  position_ += run.size();
  return run;
}

uint64_t ByteReader::Number(size_t size, bool big) {
  const std::string_view run = Bytes(size);
  uint64_t value = 0;
  for (size_t i = 0; i < run.size(); ++i) {
    const size_t shift = 8 * (big ? size - 1 - i : i);
    value |= uint64_t{static_cast<uint8_t>(run[i])} << shift;
  }
  return value;
}

}  // namespace clip::model
