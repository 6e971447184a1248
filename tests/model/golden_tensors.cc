#include "tests/model/golden_tensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "model/checkpoint/safetensors_reader.h"

namespace clip::model {
namespace {

std::string FullPath(const std::string& path) {
  return std::string(CLIP_SOURCE_DIR) + "/tests/golden/" + path;
}

}  // namespace

GoldenTensors::GoldenTensors(const std::string& path) {
  const auto file = ReadSafetensors(FullPath(path + ".safetensors"));
  if (!file.ok()) {
    ADD_FAILURE() << path << ": " << file.status();
    return;
  }
  for (const auto& [name, view] : file->tensors()) {
    const bool is_float = view.dtype == TensorDtype::kFloat32;
    at::Tensor tensor =
        at::empty(view.shape, is_float ? at::kFloat : at::kLong);
    if (tensor.nbytes() != view.bytes.size()) {
      ADD_FAILURE() << path << ": the type of " << name;
      continue;
    }
    std::memcpy(tensor.mutable_data_ptr(), view.bytes.data(), tensor.nbytes());
    tensors_.emplace(name, tensor);
  }
}

at::Tensor GoldenTensors::Get(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return found->second;
  ADD_FAILURE() << "no golden tensor " << name;
  return at::zeros({0});
}

std::vector<std::pair<std::string, std::string>> ReadGoldenLines(
    const std::string& path) {
  std::ifstream file(FullPath(path));
  std::vector<std::pair<std::string, std::string>> lines;
  std::string first;
  std::string second;
  while (file >> first >> second) lines.emplace_back(first, second);
  EXPECT_FALSE(lines.empty()) << path;
  return lines;
}

double WorstTensorDifference(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.sizes() != b.sizes() || a.numel() == 0) return kInfinity;
  const auto worst =
      (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
  return std::isfinite(worst) ? worst : kInfinity;
}

}  // namespace clip::model
