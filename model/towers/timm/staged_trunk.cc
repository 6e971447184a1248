#include "model/towers/timm/staged_trunk.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <utility>

namespace clip::model {

at::Tensor StagedTrunk::forward(const at::Tensor& pixels) {
  at::Tensor x = RunStem(pixels);
  for (int64_t i = 0; i < stage_count(); ++i) x = RunStage(i, x);
  return RunHead(RunEnd(x));
}

TowerIntermediates StagedTrunk::ForwardIntermediates(
    const at::Tensor& pixels, const TowerIntermediatesOptions& options) {
  TORCH_CHECK_VALUE(
      options.output_format == TowerIntermediatesOptions::Format::kNchw,
      architecture(), " gives maps, [N, width, rows, columns], only");
  const int64_t count = stage_count();
  const std::vector<int64_t> wanted = options.indices.Resolve(count);
  const int64_t last_wanted = wanted.empty() ? -1 : wanted.back();
  const int64_t end = options.stop_early ? last_wanted + 1 : count;
  TORCH_CHECK_VALUE(options.intermediates_only || end == count, architecture(),
                    " has features behind its last stage only");
  TowerIntermediates output;
  at::Tensor x = RunStem(pixels);
  for (int64_t i = 0; i < end; ++i) {
    x = RunStage(i, x);
    if (!std::binary_search(wanted.begin(), wanted.end(), i)) continue;
    output.intermediates.push_back(
        ToMap(x, options.normalize_intermediates && i == count - 1));
  }
  if (!options.intermediates_only) output.features = RunHead(RunEnd(x));
  return output;
}

std::vector<LayerGroup> StagedTrunk::LayerGroups() const {
  const Names parts = names();
  const auto children = named_children();
  std::vector<LayerGroup> groups;
  const auto add = [&groups](std::vector<std::string> members) {
    groups.push_back(
        {"layer." + std::to_string(groups.size()), std::move(members)});
  };
  add({parts.stem});
  for (const auto& stage : children[parts.stages]->named_children()) {
    const std::string prefix = parts.stages + "." + stage.key() + ".";
    std::vector<std::string> first;
    for (const auto& part : stage.value()->named_children()) {
      if (part.key() != "blocks") first.push_back(prefix + part.key());
    }
    const auto blocks = stage.value()->named_children()["blocks"];
    for (const auto& block : blocks->named_children()) {
      first.push_back(prefix + "blocks." + block.key());
      add(std::exchange(first, {}));
    }
  }
  for (const std::string& name : parts.end) {
    groups.back().members.push_back(name);
  }
  std::vector<std::string> head;
  for (const std::string& name : parts.head) {
    if (!children[name]->parameters().empty()) head.push_back(name);
  }
  if (!head.empty()) add(std::move(head));
  return groups;
}

void StagedTrunk::SetGradCheckpointing(bool enable) {
  grad_checkpointing_ = enable;
}

}  // namespace clip::model
