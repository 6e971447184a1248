#include "model/towers/hf/hf_text_encoder.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>

#include "model/config/hf_models.h"
#include "model/layers/activate.h"
#include "model/layers/checkpoint.h"
#include "model/towers/hf/create_hf_transformer.h"

namespace clip::model {
namespace {

HfModelConfig FindOrThrow(const HfTextConfig& config) {
  const auto model = FindHfModel(config);
  TORCH_CHECK_VALUE(model.has_value(), "the Hugging Face model ",
                    config.model_name, " is not supported");
  return *model;
}

at::Tensor MeanPool(const at::Tensor& x, const at::Tensor& is_token) {
  const at::Tensor sum = x.masked_fill(is_token.logical_not().unsqueeze(-1), 0)
                             .sum(/*dim=*/1, /*keepdim=*/false, c10::kFloat);
  const at::Tensor count = is_token.sum(/*dim=*/1, /*keepdim=*/true);
  return (sum / count.clamp_min(1)).to(x.scalar_type());
}

at::Tensor MaxPool(const at::Tensor& x, const at::Tensor& is_token) {
  const at::Tensor maximum =
      std::get<0>(x.masked_fill(is_token.logical_not().unsqueeze(-1),
                                -std::numeric_limits<float>::infinity())
                      .max(/*dim=*/1));
  const at::Tensor is_empty =
      is_token.any(/*dim=*/1, /*keepdim=*/true).logical_not();
  return maximum.masked_fill(is_empty, 0);
}

}  // namespace

HFTextEncoder::HFTextEncoder(const TextConfig& config, int embed_dim,
                             const ParameterOptions& options)
    : HFTextEncoder(FindOrThrow(config.hf), config, embed_dim, options) {}

HFTextEncoder::HFTextEncoder(const HfModelConfig& model,
                             const TextConfig& config, int embed_dim,
                             const ParameterOptions& options)
    : model_(model),
      config_(config.hf),
      context_length_(config.context_length) {
  transformer_ = register_module(
      "transformer",
      CreateHfTransformer(model, config_.pooler == HfPooler::kCls, options));
  architecture_ =
      "HFTextEncoder(" + std::string(transformer_->architecture()) + ")";
  TORCH_CHECK_VALUE(context_length_ <= transformer_->max_length(),
                    "a context length of ", context_length_, " for ",
                    transformer_->architecture(), ", which reads ",
                    transformer_->max_length(), " tokens");
  RegisterProjection(embed_dim, options);
}

void HFTextEncoder::RegisterProjection(int embed_dim,
                                       const ParameterOptions& options) {
  const int64_t width = model_.hidden_size;
  const auto linear = [&options](int64_t in, int64_t out) {
    return Linear(in, out, options, /*has_bias=*/false);
  };
  switch (config_.projection) {
    case HfProjection::kNone:
      TORCH_CHECK_VALUE(width == embed_dim, "without hf_proj_type the width ",
                        width, " must be embed_dim, which is ", embed_dim);
      return;
    case HfProjection::kLinear:
      proj_ = {register_module("proj", linear(width, embed_dim))};
      return;
    case HfProjection::kMlp:
      break;
  }
  const int64_t hidden = (width + embed_dim) / 2;
  auto proj = register_module("proj", std::make_shared<torch::nn::Module>());
  proj_ = {proj->register_module("0", linear(width, hidden)),
           proj->register_module("2", linear(hidden, embed_dim))};
}

at::Tensor HFTextEncoder::forward(const at::Tensor& ids) {
  const at::Tensor is_token = IsToken(ids);
  return Project(Pool(LastHiddenState(ids, is_token), is_token));
}

TowerOutput HFTextEncoder::ForwardWithTokens(const at::Tensor& ids) {
  const at::Tensor is_token = IsToken(ids);
  const at::Tensor x = LastHiddenState(ids, is_token);
  const int64_t first = config_.pooler == HfPooler::kCls ? 1 : 0;
  return {Project(Pool(x, is_token)), x.narrow(1, first, x.size(1) - first)};
}

TowerIntermediates HFTextEncoder::ForwardIntermediates(
    const at::Tensor& ids, const TowerIntermediatesOptions& options) {
  const int64_t depth = transformer_->depth();
  const std::vector<int64_t> wanted = options.indices.Resolve(depth);
  const int64_t last_wanted = wanted.empty() ? -1 : wanted.back();
  const int64_t end = options.stop_early ? last_wanted + 1 : depth;
  const at::Tensor is_token = IsToken(ids);
  const std::vector<at::Tensor> shared = transformer_->Share(is_token);
  TowerIntermediates output;
  at::Tensor x = transformer_->Embed(ids);
  for (int64_t i = 0; i < end; ++i) {
    x = RunLayer(i, x, shared);
    if (!std::binary_search(wanted.begin(), wanted.end(), i)) continue;
    output.intermediates.push_back(
        options.normalize_intermediates ? transformer_->Finish(x) : x);
  }
  if (!options.intermediates_only) {
    output.features = Project(Pool(transformer_->Finish(x), is_token));
  }
  return output;
}

std::vector<LayerGroup> HFTextEncoder::LayerGroups() const {
  const HfTransformer::Names names = transformer_->names();
  std::vector<LayerGroup> groups = {
      {"embeddings", {"transformer." + names.embeddings}}};
  for (int64_t i = 0; i < transformer_->depth(); ++i) {
    const std::string index = std::to_string(i);
    groups.push_back(
        {"layer." + index, {"transformer." + names.layers + "." + index}});
  }
  if (!names.final_norm.empty()) {
    groups.back().members.push_back("transformer." + names.final_norm);
  }
  std::vector<std::string> head;
  if (transformer_->named_children().contains("pooler")) {
    head.emplace_back("transformer.pooler");
  }
  if (!proj_.empty()) head.emplace_back("proj");
  if (!head.empty()) groups.push_back({"proj", head});
  return groups;
}

void HFTextEncoder::SetGradCheckpointing(bool enable) {
  grad_checkpointing_ = enable;
}

std::set<std::string> HFTextEncoder::NoWeightDecay() const {
  std::set<std::string> names;
  for (const auto& item : named_parameters()) {
    for (const char* table : {"position_embeddings", "token_type_embeddings",
                              "relative_attention_bias"}) {
      if (item.key().find(table) != std::string::npos) names.insert(item.key());
    }
  }
  return names;
}

at::Tensor HFTextEncoder::IsToken(const at::Tensor& ids) const {
  return ids.ne(model_.pad_token_id);
}

at::Tensor HFTextEncoder::RunLayer(
    int64_t layer, const at::Tensor& x,
    const std::vector<at::Tensor>& shared) const {
  if (!grad_checkpointing_) return transformer_->RunLayer(layer, x, shared);
  std::vector<at::Tensor> inputs = {x};
  inputs.insert(inputs.end(), shared.begin(), shared.end());
  return Checkpoint(
      [layer, transformer = transformer_](const std::vector<at::Tensor>& from) {
        return transformer->RunLayer(layer, from[0],
                                     {from.begin() + 1, from.end()});
      },
      inputs);
}

at::Tensor HFTextEncoder::LastHiddenState(const at::Tensor& ids,
                                          const at::Tensor& is_token) const {
  const std::vector<at::Tensor> shared = transformer_->Share(is_token);
  at::Tensor x = transformer_->Embed(ids);
  for (int64_t i = 0; i < transformer_->depth(); ++i) {
    x = RunLayer(i, x, shared);
  }
  return transformer_->Finish(x);
}

at::Tensor HFTextEncoder::Pool(const at::Tensor& last_hidden_state,
                               const at::Tensor& is_token) const {
  switch (config_.pooler) {
    case HfPooler::kMean:
      return MeanPool(last_hidden_state, is_token);
    case HfPooler::kMax:
      return MaxPool(last_hidden_state, is_token);
    case HfPooler::kCls: {
      const at::Tensor pooled = transformer_->PoolerOutput(last_hidden_state);
      if (pooled.defined()) return pooled;
      break;
    }
    case HfPooler::kClsLastHiddenState:
      break;
  }
  return last_hidden_state.select(1, 0);
}

at::Tensor HFTextEncoder::Project(const at::Tensor& pooled) {
  at::Tensor x = pooled;
  for (size_t i = 0; i < proj_.size(); ++i) {
    x = proj_[i]->forward(i == 0 ? x : Activate(Activation::kGelu, x));
  }
  return x;
}

}  // namespace clip::model
