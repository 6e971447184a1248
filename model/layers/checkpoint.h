#ifndef MODEL_LAYERS_CHECKPOINT_H_
#define MODEL_LAYERS_CHECKPOINT_H_

#include <ATen/core/TensorBody.h>

#include <functional>
#include <vector>

namespace clip::model {

// A part of a network, as a function of its inputs. It must give the same
// result each time and keep alive whatever it uses.
using CheckpointedBlock =
    std::function<at::Tensor(const std::vector<at::Tensor>& inputs)>;

// torch.utils.checkpoint: runs `block` without keeping what its backward pass
// needs, and runs it again in the backward pass. Memory is then one block's
// and not all blocks', for about a third more time. Without a recording of
// gradients it is the same as calling the block.
//
// The parameters of the block get their gradients from backward(), not from
// torch::autograd::grad() with them as inputs. Autocast is the same in both
// runs.
at::Tensor Checkpoint(const CheckpointedBlock& block,
                      const std::vector<at::Tensor>& inputs);

}  // namespace clip::model

#endif  // MODEL_LAYERS_CHECKPOINT_H_
