#ifndef MODEL_CHECKPOINT_CONTIGUOUS_COPY_H_
#define MODEL_CHECKPOINT_CONTIGUOUS_COPY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace clip::model {

// Whether elements of that shape and these strides lie one behind the other,
// row-major. Strides count elements.
bool IsContiguous(absl::Span<const int64_t> shape,
                  absl::Span<const int64_t> stride);

// The elements of a strided tensor, row-major. `bytes` begin at its first
// element and hold every one of them; shape and stride are equally long and
// not negative.
std::vector<uint8_t> ContiguousCopy(absl::Span<const uint8_t> bytes,
                                    size_t element_size,
                                    absl::Span<const int64_t> shape,
                                    absl::Span<const int64_t> stride);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_CONTIGUOUS_COPY_H_
