#include "model/towers/layer_group.h"

#include <algorithm>

#include "model/layers/batch_norm2d.h"

namespace clip::model {
namespace {

// True where `name` is `member` or lies below it.
bool Covers(std::string_view member, std::string_view name) {
  return name.substr(0, member.size()) == member &&
         (name.size() == member.size() || name[member.size()] == '.');
}

// Index of the group that a name belongs to; -1 for none. The longest member
// decides, so that a module may be in another group than its parent.
int64_t GroupOf(const std::vector<LayerGroup>& groups, std::string_view name) {
  int64_t found = -1;
  size_t longest = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const std::string& member : groups[i].members) {
      if (member.size() < longest || !Covers(member, name)) continue;
      found = static_cast<int64_t>(i);
      longest = member.size();
    }
  }
  return found;
}

// True where a module called `module` is on the way to the parameter `name`.
bool IsBelow(std::string_view module, std::string_view name) {
  if (module.empty()) return false;
  const std::string inside = "." + std::string(module) + ".";
  return ("." + std::string(name)).find(inside) != std::string::npos;
}

}  // namespace

void LockLayerGroups(torch::nn::Module& tower,
                     const std::vector<LayerGroup>& groups,
                     int64_t unlocked_groups, bool freeze_bn_stats,
                     std::string_view spared_module) {
  const auto count = static_cast<int64_t>(groups.size());
  const int64_t first_unlocked = std::max<int64_t>(count - unlocked_groups, 0);
  const auto is_frozen = [&](std::string_view name) {
    return GroupOf(groups, name) < first_unlocked;
  };
  for (const auto& item : tower.named_parameters()) {
    if (!item.value().is_floating_point()) continue;
    item.value().set_requires_grad(!is_frozen(item.key()) ||
                                   IsBelow(spared_module, item.key()));
  }
  for (const auto& item : tower.named_modules()) {
    if (auto* norm = item.value()->as<BatchNorm2dImpl>()) {
      norm->set_frozen(freeze_bn_stats && is_frozen(item.key()));
    }
  }
}

}  // namespace clip::model
