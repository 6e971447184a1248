#include "model/checkpoint/view_tensor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace clip::model {

std::optional<c10::ScalarType> ScalarTypeOf(TensorDtype dtype) {
  switch (dtype) {
    case TensorDtype::kFloat16:
      return c10::kHalf;
    case TensorDtype::kBfloat16:
      return c10::kBFloat16;
    case TensorDtype::kFloat32:
      return c10::kFloat;
    case TensorDtype::kFloat64:
      return c10::kDouble;
    case TensorDtype::kInt64:
      return c10::kLong;
    default:
      return std::nullopt;
  }
}

absl::StatusOr<at::Tensor> ViewAsTensor(const TensorView& view) {
  const auto type = ScalarTypeOf(view.dtype);
  if (!type.has_value()) {
    const auto name = NameOf(view.dtype);
    return absl::InvalidArgumentError(absl::StrCat(
        "is stored as ", absl::string_view(name.data(), name.size())));
  }
  const auto* bytes = view.bytes.data();
  if (reinterpret_cast<uintptr_t>(bytes) % SizeOf(view.dtype) == 0) {
    return at::from_blob(const_cast<uint8_t*>(bytes), view.shape, *type);
  }
  at::Tensor copy = at::empty(view.shape, *type);
  std::memcpy(copy.mutable_data_ptr(), bytes, view.bytes.size());
  return copy;
}

}  // namespace clip::model
