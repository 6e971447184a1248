#ifndef MODEL_CHECKPOINT_TENSOR_DTYPE_H_
#define MODEL_CHECKPOINT_TENSOR_DTYPE_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace clip::model {

// The element types of a safetensors file.
enum class TensorDtype {
  kBool,
  kUint8,
  kInt8,
  kInt16,
  kUint16,
  kFloat16,
  kBfloat16,
  kInt32,
  kUint32,
  kFloat32,
  kInt64,
  kUint64,
  kFloat64,
};

// Bytes of one element.
size_t SizeOf(TensorDtype dtype);

// The name in a safetensors header, for example "BF16".
std::string_view NameOf(TensorDtype dtype);

// The type of that name; nullopt for any other name.
std::optional<TensorDtype> ParseTensorDtype(std::string_view name);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_TENSOR_DTYPE_H_
