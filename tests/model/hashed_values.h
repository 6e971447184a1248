#ifndef TESTS_MODEL_HASHED_VALUES_H_
#define TESTS_MODEL_HASHED_VALUES_H_

#include <ATen/core/TensorBody.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clip::model {

// Tensors that this and tools/goldens/hashed.py make alike, so that goldens of
// whole towers store no weights: each value is a hash of the tensor's name and
// its index.

// SplitMix64 of the name's hash plus 0, 1, 2...
std::vector<uint64_t> HashedIntegers(std::string_view name, int64_t count);

// Values in [-1, 1), exact in float32: double.
at::Tensor HashedUniform(std::string_view name, at::IntArrayRef shape);

// Gives every parameter and statistic a value far from its default.
void FillWithHashedValues(torch::nn::Module& module);

// The sum of `output` times a hash: a loss that every element counts in.
at::Tensor HashedLoss(const at::Tensor& output);

// After a backward pass, [parameters, 2]: the projection of each gradient on a
// hash, and its norm, in the order of the sorted names. A parameter without a
// gradient counts as zeros.
at::Tensor GradientSummary(const torch::nn::Module& module);

// SHA-256 of the sorted lines "key size size ...\n" of all parameters and
// buffers. Reads no data: the module may be on the meta device.
std::string KeyDigest(const torch::nn::Module& module);

}  // namespace clip::model

#endif  // TESTS_MODEL_HASHED_VALUES_H_
