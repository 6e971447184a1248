#include "tests/model/hashed_values.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/checkpoint/sha256.h"

namespace clip::model {
namespace {

bool EndsWith(std::string_view name, std::string_view end) {
  return name.size() >= end.size() &&
         name.substr(name.size() - end.size()) == end;
}

bool IsEmbedding(std::string_view name) {
  return name.find("embedding") != std::string_view::npos ||
         name.find("embed_tokens") != std::string_view::npos;
}

at::Tensor FillValues(std::string_view name, const at::Tensor& tensor) {
  if (EndsWith(name, "num_batches_tracked")) return at::full({}, 7);
  const at::Tensor values = HashedUniform(name, tensor.sizes());
  if (EndsWith(name, "running_var")) return 1 + 0.5 * values;
  const bool is_scale = EndsWith(name, "gamma") ||
                        (EndsWith(name, "weight") && tensor.dim() == 1);
  if (is_scale) return 1 + 0.2 * values;
  if (tensor.dim() < 2) return 0.3 * values;
  if (IsEmbedding(name)) return values;
  const auto fan_in = static_cast<double>(tensor.numel() / tensor.size(0));
  return values * std::sqrt(3.0 / fan_in);
}

template <typename Items>
void AppendKeys(const Items& items, std::vector<std::string>& lines) {
  for (const auto& item : items) {
    std::string line = item.key();
    for (const int64_t size : item.value().sizes()) {
      line += " " + std::to_string(size);
    }
    lines.push_back(line + "\n");
  }
}

}  // namespace

std::vector<uint64_t> HashedIntegers(std::string_view name, int64_t count) {
  uint64_t seed = 0xCBF29CE484222325;  // FNV-1a
  for (const char c : name) {
    seed = (seed ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  }
  std::vector<uint64_t> values(count);
  for (int64_t i = 0; i < count; ++i) {
    uint64_t x = seed + static_cast<uint64_t>(i);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    values[i] = x ^ (x >> 31);
  }
  return values;
}

at::Tensor HashedUniform(std::string_view name, at::IntArrayRef shape) {
  at::Tensor tensor = at::empty(shape, at::kDouble);
  auto* out = tensor.mutable_data_ptr<double>();
  for (const uint64_t value : HashedIntegers(name, tensor.numel())) {
    *out++ = static_cast<double>(value >> 40) * 0x1p-23 - 1.0;
  }
  return tensor;
}

void FillWithHashedValues(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    item.value().copy_(FillValues(item.key(), item.value()));
  }
  for (auto& item : module.named_buffers()) {
    item.value().copy_(FillValues(item.key(), item.value()));
  }
}

at::Tensor HashedLoss(const at::Tensor& output) {
  return (output.to(at::kDouble) * HashedUniform("loss", output.sizes())).sum();
}

at::Tensor GradientSummary(const torch::nn::Module& module) {
  auto parameters = module.named_parameters().pairs();
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  at::Tensor rows =
      at::zeros({static_cast<int64_t>(parameters.size()), 2}, at::kDouble);
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto& [name, parameter] = parameters[i];
    if (!parameter.grad().defined()) continue;
    const at::Tensor gradient = parameter.grad().to(at::kDouble);
    const at::Tensor direction =
        HashedUniform("gradient." + name, gradient.sizes());
    rows[static_cast<int64_t>(i)][0] = (gradient * direction).sum();
    rows[static_cast<int64_t>(i)][1] = gradient.norm();
  }
  return rows;
}

std::string KeyDigest(const torch::nn::Module& module) {
  std::vector<std::string> lines;
  AppendKeys(module.named_parameters(), lines);
  AppendKeys(module.named_buffers(), lines);
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  return Sha256({bytes, text.size()});
}

}  // namespace clip::model
