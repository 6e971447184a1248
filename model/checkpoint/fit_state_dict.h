#ifndef MODEL_CHECKPOINT_FIT_STATE_DICT_H_
#define MODEL_CHECKPOINT_FIT_STATE_DICT_H_

#include <torch/nn/module.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

struct FitOptions {
  // Pixels that the model is built for; with the patch size they give the grid
  // of its position embeddings.
  int64_t image_height = 224;
  int64_t image_width = 224;
};

// What open_clip's load_checkpoint does to a checkpoint before it compares the
// keys with the model's:
// - CLIP's text tower gets the prefix of CustomTextCLIP where the model is one;
// - text.transformer.embeddings.position_ids, which older transformers stored,
//   goes where the model has none;
// - visual.positional_embedding, and a timm trunk's pos_embed, are resized to
//   another grid: bicubic, antialiased, in float32, without their prefix
//   tokens;
// - the text's positional_embedding is resized to another length: linear.
//
// Errors: INVALID_ARGUMENT, naming the key, for a grid that is not square or
// would grow more than 64 times. Throws what LibTorch throws where memory is
// short.
absl::StatusOr<StateDict> FitStateDict(const StateDict& source,
                                       const torch::nn::Module& module,
                                       const FitOptions& options);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_FIT_STATE_DICT_H_
