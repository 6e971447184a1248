#ifndef MODEL_TRAIN_DISTRIBUTED_FEATURES_H_
#define MODEL_TRAIN_DISTRIBUTED_FEATURES_H_

#include <ATen/core/TensorBody.h>

#include "model/train/process_group.h"

namespace clip::model {

// [N, D] of each process -> [world size * N, D]. With `with_grad` gradients
// flow back to the process that a row came from, summed over all of them
// (torch.distributed.nn.all_gather); without, only rows of this process have a
// gradient, and only where `local_rows_have_grad`.
at::Tensor GatherFeatures(const at::Tensor& features, bool with_grad,
                          bool local_rows_have_grad, ProcessGroup& group);

// open_clip's neighbour_exchange_with_grad: sends features to one neighbour
// and returns those of the other; gradients travel the way back.
at::Tensor ExchangeFeatures(const at::Tensor& features, int to_rank,
                            int from_rank, ProcessGroup& group);

}  // namespace clip::model

#endif  // MODEL_TRAIN_DISTRIBUTED_FEATURES_H_
