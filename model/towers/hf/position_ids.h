#ifndef MODEL_TOWERS_HF_POSITION_IDS_H_
#define MODEL_TOWERS_HF_POSITION_IDS_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>

namespace clip::model {

// The positions of RoBERTa and M2M100: tokens count from padding_idx + 1 on and
// skip padding, which is at padding_idx itself. [N, L] int64 -> [N, L] int64
at::Tensor PositionIds(const at::Tensor& ids, int64_t padding_idx);

}  // namespace clip::model

#endif  // MODEL_TOWERS_HF_POSITION_IDS_H_
