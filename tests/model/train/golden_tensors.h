#ifndef TESTS_MODEL_TRAIN_GOLDEN_TENSORS_H_
#define TESTS_MODEL_TRAIN_GOLDEN_TENSORS_H_

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>

#include "model/checkpoint/safetensors_reader.h"

namespace clip::model {

// The tensors of tests/golden/losses/NAME.safetensors.
inline std::map<std::string, at::Tensor> ReadGoldenTensors(
    const std::string& name) {
  const std::string path = std::string(CLIP_SOURCE_DIR) +
                           "/tests/golden/losses/" + name + ".safetensors";
  const auto state = ReadSafetensors(path);
  EXPECT_TRUE(state.ok()) << path << ": " << state.status();
  std::map<std::string, at::Tensor> tensors;
  if (!state.ok()) return tensors;
  for (const auto& [key, view] : state->tensors()) {
    at::ScalarType type = at::kFloat;
    if (view.dtype == TensorDtype::kInt64) type = at::kLong;
    if (view.dtype == TensorDtype::kFloat64) type = at::kDouble;
    const at::Tensor tensor = at::empty(view.shape, type);
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(),
                view.bytes.size());
    tensors[key] = tensor;
  }
  return tensors;
}

}  // namespace clip::model

#endif  // TESTS_MODEL_TRAIN_GOLDEN_TENSORS_H_
