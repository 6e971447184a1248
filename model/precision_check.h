#ifndef MODEL_PRECISION_CHECK_H_
#define MODEL_PRECISION_CHECK_H_

#include <ATen/core/TensorBody.h>

#include "absl/status/status.h"
#include "model/config/clip_config.h"
#include "model/contrastive_model.h"

namespace clip::model {

// Tells whether a model in low precision still gives the embeddings of the
// model in float32, by a few pictures and texts made of a fixed noise. A
// checkpoint whose activations have outliers may not.
//
// Methods throw as LibTorch does.
class PrecisionCheck {
 public:
  // Embeds the inputs by `reference`, in float32 on the CPU, which is not
  // needed afterwards.
  PrecisionCheck(const ClipConfig& config, ContrastiveModel& reference);

  // Embeds the inputs by `module`, on the CPU, which takes its pixels in
  // `dtype`. INVALID_ARGUMENT with both medians where the median cosine of its
  // pictures or its texts to the reference's is below 0.99, or not a number.
  absl::Status Compare(ContrastiveModel& module, c10::ScalarType dtype) const;

 private:
  at::Tensor pixels_;
  at::Tensor ids_;
  // Of the reference, [rows, embed_dim], normalized.
  at::Tensor images_;
  at::Tensor texts_;
};

}  // namespace clip::model

#endif  // MODEL_PRECISION_CHECK_H_
