#include "model/checkpoint/rebuild_tensor.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

using Kind = PickleValue::Kind;

absl::StatusOr<std::vector<int64_t>> ReadNumbers(
    const std::vector<PickleValue>& values, const PickleValue& tuple,
    absl::string_view what) {
  if (tuple.kind != Kind::kTuple) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor's ", what, " is no tuple"));
  }
  if (tuple.items.size() > kMaxPickledRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor has ", tuple.items.size(),
                     " dimensions; the limit is ", kMaxPickledRank));
  }
  std::vector<int64_t> numbers;
  for (const PickleRef item : tuple.items) {
    const PickleValue& number = values[item];
    if (number.kind != Kind::kInt || number.integer < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a tensor's ", what, " holds what is not a number from 0 on"));
    }
    numbers.push_back(number.integer);
  }
  return numbers;
}

std::string Describe(const PickledTensor& tensor) {
  return absl::StrCat("a tensor of shape [", absl::StrJoin(tensor.shape, ", "),
                      "], strides [", absl::StrJoin(tensor.stride, ", "),
                      "] and offset ", tensor.offset);
}

// Whether every element lies within the storage. More elements than the
// storage has would be a small file that asks for much memory.
bool FitsStorage(const PickledTensor& tensor) {
  const uint64_t size = tensor.storage_size;
  for (const int64_t length : tensor.shape) {
    if (length == 0) return tensor.offset <= size;
  }
  if (tensor.offset >= size) return false;
  uint64_t count = 1;
  uint64_t last = tensor.offset;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    const auto length = static_cast<uint64_t>(tensor.shape[i]);
    const auto stride = static_cast<uint64_t>(tensor.stride[i]);
    // Each factor is held below the storage's size first: no product wraps.
    if (length > size / count) return false;
    count *= length;
    if (length == 1) continue;
    if (stride > (size - 1 - last) / (length - 1)) return false;
    last += stride * (length - 1);
  }
  return true;
}

}  // namespace

absl::StatusOr<PickledTensor> RebuildTensor(
    const std::vector<PickleValue>& values,
    absl::Span<const PickleRef> arguments) {
  constexpr size_t kFewest = 6;
  constexpr size_t kMost = 7;
  if (arguments.size() < kFewest || arguments.size() > kMost) {
    return absl::InvalidArgumentError(absl::StrCat(
        "_rebuild_tensor_v2 is given ", arguments.size(), " arguments"));
  }
  const PickleValue& storage = values[arguments[0]];
  const PickleValue& offset = values[arguments[1]];
  if (storage.kind != Kind::kStorage) {
    return absl::InvalidArgumentError("a tensor has no storage");
  }
  if (offset.kind != Kind::kInt || offset.integer < 0) {
    return absl::InvalidArgumentError(
        "a tensor's offset is not a number from 0 on");
  }
  PickledTensor tensor;
  tensor.dtype = storage.dtype;
  tensor.storage_key = storage.text;
  tensor.storage_size = static_cast<uint64_t>(storage.integer);
  tensor.offset = static_cast<uint64_t>(offset.integer);
  CLIP_ASSIGN_OR_RETURN(tensor.shape,
                        ReadNumbers(values, values[arguments[2]], "shape"));
  CLIP_ASSIGN_OR_RETURN(tensor.stride,
                        ReadNumbers(values, values[arguments[3]], "stride"));
  if (tensor.shape.size() != tensor.stride.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(tensor), " has not one stride a dimension"));
  }
  if (!FitsStorage(tensor)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(tensor), " does not fit its storage of ",
                     tensor.storage_size, " elements"));
  }
  return tensor;
}

}  // namespace clip::model
