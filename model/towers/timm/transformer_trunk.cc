#include "model/towers/timm/transformer_trunk.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <torch/nn/modules/container/modulelist.h>

#include <algorithm>
#include <string>
#include <utility>

#include "model/layers/checkpoint.h"

namespace clip::model::timm {

TransformerTrunk::TransformerTrunk(const TransformerTrunkOptions& around,
                                   const TimmTrunkOptions& trunk)
    : around_(around),
      num_classes_(trunk.num_classes),
      plan_(PlanPool(around.pool, around.fc_norm, around.class_token, trunk)) {}

void TransformerTrunk::RegisterEmbedding(
    const std::string& name, std::shared_ptr<EmbedLayer> patch_embed,
    const ParameterOptions& options) {
  const int64_t width = around_.width;
  patch_embed_ = register_module(name, std::move(patch_embed));
  if (around_.class_token) {
    cls_token_ = register_parameter("cls_token",
                                    at::empty({1, 1, width}, options.Float()));
  }
  if (around_.pos_embed) {
    const int64_t positions = patch_embed_->grid().cells() +
                              (around_.no_embed_class ? 0 : prefix_tokens());
    pos_embed_ = register_parameter(
        "pos_embed", at::empty({1, positions, width}, options.Float()));
  }
  if (around_.pre_norm) {
    norm_pre_ = register_module("norm_pre",
                                LayerNorm(width, around_.norm_eps, options));
  }
}

void TransformerTrunk::RegisterBlocks(std::vector<Block> blocks,
                                      at::Tensor rope) {
  blocks_ = std::move(blocks);
  rope_ = std::move(rope);
  torch::nn::ModuleList list;
  for (const Block& block : blocks_) list->push_back(block);
  register_module("blocks", std::move(list));
}

void TransformerTrunk::RegisterHead(const ParameterOptions& options) {
  const int64_t width = around_.width;
  const LayerNorm norm(width, around_.norm_eps, options);
  (plan_.fc_norm ? fc_norm_ : norm_) =
      register_module(plan_.fc_norm ? "fc_norm" : "norm", norm);
  if (plan_.pool == GlobalPool::kMap) {
    AttentionPoolLatentOptions pool;
    pool.width = width;
    pool.heads = around_.map_heads;
    pool.mlp_width = around_.map_mlp_width;
    pool.activation = around_.map_activation;
    pool.norm_eps = around_.norm_eps;
    attn_pool_ =
        register_module("attn_pool", AttentionPoolLatent(pool, options));
  }
  if (num_classes_ > 0) {
    head_ = register_module("head", Linear(width, num_classes_, options));
  }
}

int64_t TransformerTrunk::output_width() const {
  return num_classes_ > 0 ? num_classes_ : around_.width;
}

at::Tensor TransformerTrunk::forward(const at::Tensor& pixels) {
  at::Tensor x = Embed(pixels);
  for (size_t i = 0; i < blocks_.size(); ++i) x = RunBlock(i, x);
  return Head(std::move(x));
}

at::Tensor TransformerTrunk::Embed(const at::Tensor& pixels) {
  at::Tensor x = patch_embed_->forward(pixels);
  const c10::ScalarType type = x.scalar_type();
  const bool patches_only = around_.no_embed_class || !cls_token_.defined();
  if (pos_embed_.defined() && patches_only) x = x + pos_embed_.to(type);
  if (cls_token_.defined()) {
    const at::Tensor token =
        cls_token_.to(type).expand({x.size(0), 1, x.size(2)});
    x = at::cat({token, x}, 1);
  }
  if (pos_embed_.defined() && !patches_only) x = x + pos_embed_.to(type);
  return norm_pre_.is_empty() ? x : norm_pre_->forward(x);
}

at::Tensor TransformerTrunk::RunBlock(size_t index, const at::Tensor& x) const {
  Block block = blocks_[index];
  if (!grad_checkpointing_) return block->forward(x, rope_);
  return Checkpoint(
      [block, rope = rope_](const std::vector<at::Tensor>& inputs) mutable {
        return block->forward(inputs[0], rope);
      },
      {x});
}

at::Tensor TransformerTrunk::Head(at::Tensor x) {
  // Of a class token only its own row needs the norm.
  const bool pool_first = plan_.pool == GlobalPool::kToken;
  if (pool_first) x = Pool(x);
  if (!norm_.is_empty()) x = norm_->forward(x);
  if (!pool_first) x = Pool(x);
  if (!fc_norm_.is_empty()) x = fc_norm_->forward(x);
  return head_.is_empty() ? x : head_->forward(x);
}

at::Tensor TransformerTrunk::Pool(const at::Tensor& x) {
  const int64_t prefix = prefix_tokens();
  switch (plan_.pool) {
    case GlobalPool::kToken:
      return x.select(1, 0);
    case GlobalPool::kAverage:
      return x.slice(1, prefix).mean(1);
    case GlobalPool::kMap:
      return attn_pool_->forward(
          around_.map_includes_prefix ? x : x.slice(1, prefix));
    case GlobalPool::kNone:
      break;
  }
  return x;
}

TowerIntermediates TransformerTrunk::ForwardIntermediates(
    const at::Tensor& pixels, const TowerIntermediatesOptions& options) {
  const auto depth = static_cast<int64_t>(blocks_.size());
  const std::vector<int64_t> take = options.indices.Resolve(depth);
  const int64_t last = take.empty() ? -1 : take.back();
  const int64_t end = options.stop_early ? last + 1 : depth;
  TowerIntermediates output;
  at::Tensor x = Embed(pixels);
  for (int64_t i = 0; i < end; ++i) {
    x = RunBlock(i, x);
    if (!std::binary_search(take.begin(), take.end(), i)) continue;
    // As in timm a norm behind the pooling is not for the intermediates.
    const bool norm = options.normalize_intermediates && !norm_.is_empty();
    output.intermediates.push_back(norm ? norm_->forward(x) : x);
  }
  SplitIntermediates(options, output);
  if (!options.intermediates_only) output.features = Head(std::move(x));
  return output;
}

void TransformerTrunk::SplitIntermediates(
    const TowerIntermediatesOptions& options,
    TowerIntermediates& output) const {
  const int64_t prefix = prefix_tokens();
  const Grid grid = patch_embed_->grid();
  for (at::Tensor& tokens : output.intermediates) {
    if (options.output_extra_tokens && prefix > 0) {
      output.extra_tokens.push_back(tokens.narrow(1, 0, prefix));
    }
    tokens = tokens.slice(1, prefix);
    if (options.output_format == TowerIntermediatesOptions::Format::kNlc) {
      continue;
    }
    tokens = tokens.unflatten(1, {grid.rows, grid.columns})
                 .permute({0, 3, 1, 2})
                 .contiguous();
  }
}

std::vector<LayerGroup> TransformerTrunk::LayerGroups() const {
  std::vector<LayerGroup> groups = {
      {"layer.0",
       {"cls_token", "pos_embed", "patch_embed", "embeds", "norm_pre"}}};
  for (size_t i = 0; i < blocks_.size(); ++i) {
    groups.push_back(
        {"layer." + std::to_string(i + 1), {"blocks." + std::to_string(i)}});
  }
  groups.back().members.emplace_back("norm");
  // timm makes a group of what its matcher does not name, if there is any.
  if (attn_pool_.is_empty() && fc_norm_.is_empty() && head_.is_empty()) {
    return groups;
  }
  groups.push_back({"layer." + std::to_string(groups.size()),
                    {"attn_pool", "fc_norm", "head"}});
  return groups;
}

void TransformerTrunk::SetGradCheckpointing(bool enable) {
  grad_checkpointing_ = enable;
  patch_embed_->SetGradCheckpointing(enable);
}

std::set<std::string> TransformerTrunk::NoWeightDecay() const {
  std::set<std::string> names;
  if (pos_embed_.defined()) names.insert("pos_embed");
  if (cls_token_.defined()) names.insert("cls_token");
  return names;
}

}  // namespace clip::model::timm
