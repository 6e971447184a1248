#ifndef MODEL_CHECKPOINT_STATE_DICT_H_
#define MODEL_CHECKPOINT_STATE_DICT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "model/checkpoint/tensor_dtype.h"

namespace clip::model {

// One stored tensor: row-major, little-endian, possibly unaligned.
struct TensorView {
  TensorDtype dtype = TensorDtype::kFloat32;
  // Empty for a scalar.
  std::vector<int64_t> shape;
  // Exactly the product of `shape` times the element size.
  absl::Span<const uint8_t> bytes;
  // Keeps `bytes` alive where they were made anew, for a fused or transposed
  // tensor; null where they lie in the checkpoint's own memory.
  std::shared_ptr<const std::vector<uint8_t>> owned = nullptr;
};

// A view of bytes that it keeps itself.
inline TensorView OwningView(TensorDtype dtype, std::vector<int64_t> shape,
                             std::vector<uint8_t> bytes) {
  auto owned = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  const absl::Span<const uint8_t> view(*owned);
  return {dtype, std::move(shape), view, std::move(owned)};
}

// The tensors of one checkpoint by name. Keeps the bytes that the views point
// into alive; a view must not outlive it.
//
// Thread-safe once built.
class StateDict {
 public:
  using Tensors = std::map<std::string, TensorView, std::less<>>;

  // `owner` keeps the memory of every view. `sha256` is that of the whole
  // file, 64 lower-case hexadecimal digits.
  StateDict(Tensors tensors, std::shared_ptr<const void> owner,
            std::string sha256)
      : tensors_(std::move(tensors)),
        owner_(std::move(owner)),
        sha256_(std::move(sha256)) {}

  const Tensors& tensors() const { return tensors_; }
  const std::string& sha256() const { return sha256_; }

  // The same checkpoint with other tensors, whose views may point into this
  // one's memory.
  StateDict WithTensors(Tensors tensors) const {
    return StateDict(std::move(tensors), owner_, sha256_);
  }

 private:
  Tensors tensors_;
  // Shared, because the mapping ends with the last user, whoever that is.
  std::shared_ptr<const void> owner_;
  std::string sha256_;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_STATE_DICT_H_
