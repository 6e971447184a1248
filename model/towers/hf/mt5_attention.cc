#include "model/towers/hf/mt5_attention.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/log.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "model/towers/hf/multi_head_attention.h"

namespace clip::model {
namespace {

// All published mt5 models have these.
constexpr int64_t kBuckets = 32;
constexpr int64_t kMaxDistance = 128;

// The bucket of each distance from a query to a key. Half of the buckets are
// for keys behind the query; of each half, the first half has one distance a
// bucket and the rest grow logarithmically.
at::Tensor DistanceBuckets(const at::Tensor& distance) {
  constexpr int64_t kHalf = kBuckets / 2;
  constexpr int64_t kExact = kHalf / 2;
  const at::Tensor size = distance.abs();
  // In float32, as the models were trained: it decides where a bucket ends.
  const at::Tensor growth =
      at::log(size.to(c10::kFloat) / kExact) /
      std::log(static_cast<double>(kMaxDistance) / kExact) * (kHalf - kExact);
  const at::Tensor large =
      (growth.clamp_min(0).to(c10::kLong) + kExact).clamp_max(kHalf - 1);
  return distance.gt(0).to(c10::kLong) * kHalf +
         at::where(size.lt(kExact), size, large);
}

}  // namespace

Mt5AttentionImpl::Mt5AttentionImpl(const HfModelConfig& config,
                                   bool has_bias_table,
                                   const ParameterOptions& options)
    : heads_(config.num_attention_heads) {
  const int64_t width = config.hidden_size;
  const int64_t inner = heads_ * config.d_kv;
  q_ = register_module("q", Linear(width, inner, options, /*has_bias=*/false));
  k_ = register_module("k", Linear(width, inner, options, /*has_bias=*/false));
  v_ = register_module("v", Linear(width, inner, options, /*has_bias=*/false));
  o_ = register_module("o", Linear(inner, width, options, /*has_bias=*/false));
  if (!has_bias_table) return;
  relative_attention_bias_ = register_module(
      "relative_attention_bias", Embedding(kBuckets, heads_, options));
}

at::Tensor Mt5AttentionImpl::forward(const at::Tensor& x,
                                     const at::Tensor& bias) {
  const QueryKeyValue tokens = {q_->forward(x), k_->forward(x), v_->forward(x)};
  return o_->forward(MultiHeadAttention(tokens, heads_, bias, /*scale=*/1.0));
}

at::Tensor Mt5AttentionImpl::PositionBias(int64_t length) const {
  const at::Tensor positions = at::arange(
      length, relative_attention_bias_->weight().options().dtype(c10::kLong));
  const at::Tensor distance = positions.unsqueeze(0) - positions.unsqueeze(1);
  return relative_attention_bias_->forward(DistanceBuckets(distance))
      .permute({2, 0, 1})
      .unsqueeze(0);
}

}  // namespace clip::model
