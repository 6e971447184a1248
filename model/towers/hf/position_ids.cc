#include "model/towers/hf/position_ids.h"

namespace clip::model {

at::Tensor PositionIds(const at::Tensor& ids, int64_t padding_idx) {
  const at::Tensor is_token = ids.ne(padding_idx).to(c10::kLong);
  return is_token.cumsum(/*dim=*/1) * is_token + padding_idx;
}

}  // namespace clip::model
