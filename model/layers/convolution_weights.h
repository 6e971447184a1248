#ifndef MODEL_LAYERS_CONVOLUTION_WEIGHTS_H_
#define MODEL_LAYERS_CONVOLUTION_WEIGHTS_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/batch_norm2d.h"
#include "model/layers/conv2d.h"

namespace clip::model {

// A convolution that stands for several: outside training a batch norm is a
// factor and a summand for each channel, and convolutions of one input add up.
// float32. Only for reading: no gradient reaches what it is made of.
struct ConvolutionWeights {
  // [out, in / groups, kernel, kernel]
  at::Tensor weight;
  // [out]
  at::Tensor bias;
};

// True where a layer may run as its ConvolutionWeights: outside training and
// where no gradient is recorded.
bool MayFuse(const torch::nn::Module& layer);

// The convolution and the norm behind it.
ConvolutionWeights Fuse(const Conv2d& conv, const BatchNorm2d& norm);

// The norm alone, as a depthwise or a full convolution.
ConvolutionWeights FuseIdentity(const BatchNorm2d& norm, int64_t kernel_size,
                                bool depthwise);

// The same with a larger kernel, zero at its border.
ConvolutionWeights PadKernel(const ConvolutionWeights& weights,
                             int64_t kernel_size);

ConvolutionWeights Add(const ConvolutionWeights& a,
                       const ConvolutionWeights& b);

// A convolution of one pixel as a product over pixels. Quicker than a
// convolution where channels are last in memory, as they are in the result; and
// the gradient of oneDNN's convolution of one pixel writes beyond its memory
// for some small numbers of channels. `bias` may be undefined.
at::Tensor ConvolvePixels(const at::Tensor& x, const at::Tensor& weight,
                          const at::Tensor& bias, int64_t stride);

// The same for a layer; other convolutions run as they are.
at::Tensor Convolve(const at::Tensor& x, const Conv2d& conv);

// Convolves with a padding that keeps the size, divided by the stride. In the
// type of `x`.
at::Tensor Convolve(const at::Tensor& x, const ConvolutionWeights& weights,
                    int64_t stride, int64_t groups);

}  // namespace clip::model

#endif  // MODEL_LAYERS_CONVOLUTION_WEIGHTS_H_
