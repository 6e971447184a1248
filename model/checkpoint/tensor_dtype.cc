#include "model/checkpoint/tensor_dtype.h"

namespace clip::model {
namespace {

struct DtypeRow {
  TensorDtype dtype;
  std::string_view name;
  size_t size;
};

constexpr DtypeRow kDtypes[] = {
    {TensorDtype::kBool, "BOOL", 1},     {TensorDtype::kUint8, "U8", 1},
    {TensorDtype::kInt8, "I8", 1},       {TensorDtype::kInt16, "I16", 2},
    {TensorDtype::kUint16, "U16", 2},    {TensorDtype::kFloat16, "F16", 2},
    {TensorDtype::kBfloat16, "BF16", 2}, {TensorDtype::kInt32, "I32", 4},
    {TensorDtype::kUint32, "U32", 4},    {TensorDtype::kFloat32, "F32", 4},
    {TensorDtype::kInt64, "I64", 8},     {TensorDtype::kUint64, "U64", 8},
    {TensorDtype::kFloat64, "F64", 8},
};

// The table is in the order of the enumeration.
const DtypeRow& RowOf(TensorDtype dtype) {
  return kDtypes[static_cast<size_t>(dtype)];
}

}  // namespace

size_t SizeOf(TensorDtype dtype) { return RowOf(dtype).size; }

std::string_view NameOf(TensorDtype dtype) { return RowOf(dtype).name; }

std::optional<TensorDtype> ParseTensorDtype(std::string_view name) {
  for (const DtypeRow& row : kDtypes) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

}  // namespace clip::model
