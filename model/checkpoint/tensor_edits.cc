#include "model/checkpoint/tensor_edits.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/checkpoint/contiguous_copy.h"

namespace clip::model {
namespace {

std::string ShapeText(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

// Whether both can be parts of one tensor.
bool HaveEqualRows(const TensorView& a, const TensorView& b) {
  return a.dtype == b.dtype && a.shape.size() == b.shape.size() &&
         !a.shape.empty() &&
         std::equal(a.shape.begin() + 1, a.shape.end(), b.shape.begin() + 1);
}

}  // namespace

absl::StatusOr<TensorView> ConcatenateRows(
    const std::vector<const TensorView*>& views) {
  const TensorView& first = *views.at(0);
  std::vector<uint8_t> bytes;
  std::vector<int64_t> shape = first.shape;
  if (!shape.empty()) shape[0] = 0;
  for (const TensorView* view : views) {
    if (!HaveEqualRows(first, *view)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "shapes ", ShapeText(first.shape), " and ", ShapeText(view->shape),
          " or their types do not go together"));
    }
    bytes.insert(bytes.end(), view->bytes.begin(), view->bytes.end());
    shape[0] += view->shape[0];
  }
  return OwningView(first.dtype, std::move(shape), std::move(bytes));
}

absl::StatusOr<TensorView> Transpose(const TensorView& view) {
  if (view.shape.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("shape ", ShapeText(view.shape), " is no matrix's"));
  }
  const std::vector<int64_t> shape = {view.shape[1], view.shape[0]};
  return OwningView(view.dtype, shape,
                    ContiguousCopy(view.bytes, SizeOf(view.dtype), shape,
                                   {1, view.shape[1]}));
}

absl::StatusOr<TensorView> SliceRows(const TensorView& view, int64_t begin,
                                     int64_t end) {
  if (view.shape.empty() || begin < 0 || begin > end || end > view.shape[0]) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape ", ShapeText(view.shape), " has no rows ", begin, " to ", end));
  }
  TensorView slice = view;
  slice.shape[0] = end - begin;
  if (view.shape[0] > 0) {
    const size_t row = view.bytes.size() / static_cast<size_t>(view.shape[0]);
    slice.bytes = view.bytes.subspan(static_cast<size_t>(begin) * row,
                                     static_cast<size_t>(end - begin) * row);
  }
  return slice;
}

absl::StatusOr<TensorView> Reshape(const TensorView& view,
                                   std::vector<int64_t> shape) {
  uint64_t size = SizeOf(view.dtype);
  for (const int64_t length : shape) size *= static_cast<uint64_t>(length);
  if (size != view.bytes.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape ", ShapeText(view.shape), " is not ", ShapeText(shape)));
  }
  TensorView reshaped = view;
  reshaped.shape = std::move(shape);
  return reshaped;
}

}  // namespace clip::model
