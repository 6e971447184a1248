#ifndef MODEL_CHECKPOINT_SAFETENSORS_HEADER_H_
#define MODEL_CHECKPOINT_SAFETENSORS_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/checkpoint/tensor_dtype.h"

namespace clip::model {

// One tensor as the header describes it.
struct SafetensorsEntry {
  std::string name;
  TensorDtype dtype = TensorDtype::kFloat32;
  std::vector<int64_t> shape;
  // Byte range within the data that follows the header.
  uint64_t begin = 0;
  uint64_t end = 0;
};

// Parses the JSON header of a safetensors file as hostile input and checks it
// against the `data_size` bytes that follow it: it starts with '{', every
// tensor has exactly a known dtype, a shape and two offsets, no name comes
// twice, shape and dtype give the size of the range without overflow, and the
// ranges cover the data from 0 to the end without hole or overlap. Entries
// come back in the order of their data.
//
// Memory is proportional to the length of `json`. The values of the data, NaN
// for example, are not looked at.
//
// Errors: INVALID_ARGUMENT, naming the tensor where there is one.
absl::StatusOr<std::vector<SafetensorsEntry>> ParseSafetensorsHeader(
    std::string_view json, uint64_t data_size);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SAFETENSORS_HEADER_H_
