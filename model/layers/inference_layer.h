#ifndef MODEL_LAYERS_INFERENCE_LAYER_H_
#define MODEL_LAYERS_INFERENCE_LAYER_H_

#include <torch/nn/module.h>

#include <memory>

namespace clip::model {

class DeviceKernels;

struct InferenceOptions {
  // True: linear layers multiply in 8 bits, weights rounded for each output
  // and inputs for each row. About twice as quick, and each embedding moves a
  // little. False: in the type of their weights, which gives the same answers.
  bool int8 = false;
  // What computes the layers that it suits; null: LibTorch.
  std::shared_ptr<const DeviceKernels> kernels;
};

// A layer that computes faster once it knows that its weights stay.
class InferenceLayer {
 public:
  virtual ~InferenceLayer() = default;

  // Lays the weights out as the processor multiplies them, and frees the
  // parameters: these keep their names and are empty afterwards. The layer
  // then gives no gradients and takes no other weights. Leaves a product as it
  // is where there is nothing to gain: off the CPU without kernels for the
  // device, and for types other than float32, bfloat16 and float16. Norms are
  // folded into convolutions everywhere.
  //
  // Not while a forward pass runs. Throws as LibTorch does.
  virtual void PrepareForInference(const InferenceOptions& options) = 0;
};

// Prepares every layer below `module` that can be.
void PrepareForInference(torch::nn::Module& module,
                         const InferenceOptions& options);

}  // namespace clip::model

#endif  // MODEL_LAYERS_INFERENCE_LAYER_H_
