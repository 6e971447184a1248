#include "model/towers/timm/timm_model.h"

#include <utility>

#include "model/towers/timm/create_timm_trunk.h"

namespace clip::model {
namespace {

// Holds children under a name without adding any computation.
class Group : public torch::nn::Module {};

TimmTrunkOptions TrunkOptions(const VisionConfig& config, int embed_dim) {
  const TimmConfig& timm = config.timm;
  TimmTrunkOptions options;
  options.image_height = config.image_height;
  options.image_width = config.image_width;
  const bool own_head = timm.projection == TimmProjection::kLinear ||
                        timm.projection == TimmProjection::kMlp;
  // As in open_clip: with a projection of its own an empty pool leaves the
  // trunk's default, without one it is passed on.
  if (!own_head || !timm.pool.empty()) options.global_pool = timm.pool;
  options.pool_is_reset = own_head && !timm.pool.empty();
  options.model_kwargs = timm.model_kwargs;
  if (timm.projection == TimmProjection::kTrunk)
    options.num_classes = embed_dim;
  return options;
}

}  // namespace

TimmModel::TimmModel(const VisionConfig& config, int embed_dim,
                     const ParameterOptions& options) {
  trunk_ = register_module(
      "trunk", CreateTimmTrunk(config.timm.model_name,
                               TrunkOptions(config, embed_dim), options));
  architecture_ = "TimmModel(" + std::string(trunk_->architecture()) + ")";
  RegisterHead(config.timm, embed_dim, options);
}

void TimmModel::RegisterHead(const TimmConfig& config, int embed_dim,
                             const ParameterOptions& options) {
  const int64_t width = trunk_->output_width();
  auto head = register_module("head", std::make_shared<Group>());
  if (config.projection == TimmProjection::kLinear) {
    proj_ = head->register_module(
        "proj", Linear(width, embed_dim, options, config.projection_bias));
  } else if (config.projection == TimmProjection::kMlp) {
    const int64_t hidden = int64_t{2} * embed_dim;
    auto mlp = head->register_module("mlp", std::make_shared<Group>());
    fc1_ = mlp->register_module("fc1", Linear(width, hidden, options));
    fc2_ = mlp->register_module(
        "fc2", Linear(hidden, embed_dim, options, config.projection_bias));
  }
}

at::Tensor TimmModel::forward(const at::Tensor& pixels) {
  return Project(trunk_->forward(pixels));
}

at::Tensor TimmModel::Project(at::Tensor features) {
  if (!proj_.is_empty()) return proj_->forward(features);
  if (fc1_.is_empty()) return features;
  const at::Tensor hidden = fc1_->ForwardActivated(features, Activation::kGelu);
  return fc2_->forward(hidden);
}

TowerIntermediates TimmModel::ForwardIntermediates(
    const at::Tensor& pixels, const TowerIntermediatesOptions& options) {
  TowerIntermediates output = trunk_->ForwardIntermediates(pixels, options);
  if (output.features.defined()) output.features = Project(output.features);
  return output;
}

std::vector<LayerGroup> TimmModel::LayerGroups() const {
  std::vector<LayerGroup> groups = trunk_->LayerGroups();
  for (LayerGroup& group : groups) {
    for (std::string& member : group.members) member = "trunk." + member;
  }
  if (!proj_.is_empty() || !fc1_.is_empty())
    groups.push_back({"proj", {"head"}});
  return groups;
}

void TimmModel::SetGradCheckpointing(bool enable) {
  trunk_->SetGradCheckpointing(enable);
}

std::set<std::string> TimmModel::NoWeightDecay() const {
  std::set<std::string> names;
  for (const std::string& name : trunk_->NoWeightDecay()) {
    names.insert("trunk." + name);
  }
  return names;
}

}  // namespace clip::model
