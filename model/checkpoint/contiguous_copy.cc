#include "model/checkpoint/contiguous_copy.h"

#include <algorithm>
#include <cstring>

namespace clip::model {

bool IsContiguous(absl::Span<const int64_t> shape,
                  absl::Span<const int64_t> stride) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return true;
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (stride[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

std::vector<uint8_t> ContiguousCopy(absl::Span<const uint8_t> bytes,
                                    size_t element_size,
                                    absl::Span<const int64_t> shape,
                                    absl::Span<const int64_t> stride) {
  size_t count = 1;
  for (const int64_t length : shape) count *= static_cast<size_t>(length);
  std::vector<uint8_t> copy(count * element_size);
  std::vector<int64_t> index(shape.size(), 0);
  size_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(copy.data() + i * element_size,
                bytes.data() + offset * element_size, element_size);
    // The next element: the last dimension that has one more, with all those
    // behind it back at their start.
    for (size_t d = shape.size(); d-- > 0;) {
      offset += static_cast<size_t>(stride[d]);
      if (++index[d] < shape[d]) break;
      offset -= static_cast<size_t>(stride[d] * shape[d]);
      index[d] = 0;
    }
  }
  return copy;
}

}  // namespace clip::model
