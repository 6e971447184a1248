#include "model/towers/timm/global_pool.h"

#include <c10/util/Exception.h>

#include <string>

namespace clip::model::timm {
namespace {

GlobalPool ParsePool(const std::string& name) {
  if (name.empty()) return GlobalPool::kNone;
  if (name == "avg") return GlobalPool::kAverage;
  if (name == "token") return GlobalPool::kToken;
  if (name == "map") return GlobalPool::kMap;
  TORCH_CHECK_VALUE(false, "timm_pool ", name, " is not supported");
}

}  // namespace

PoolPlan PlanPool(GlobalPool own, std::optional<bool> fc_norm,
                  bool has_class_token, const TimmTrunkOptions& trunk) {
  PoolPlan plan;
  plan.pool =
      trunk.global_pool.has_value() ? ParsePool(*trunk.global_pool) : own;
  TORCH_CHECK_VALUE(plan.pool != GlobalPool::kToken || has_class_token,
                    "timm_pool token needs a class token");
  TORCH_CHECK_VALUE(
      !trunk.pool_is_reset || plan.pool != GlobalPool::kMap || own == plan.pool,
      "timm_pool map cannot replace another pooling");
  const GlobalPool built = trunk.pool_is_reset ? own : plan.pool;
  plan.fc_norm = fc_norm.value_or(built == GlobalPool::kAverage);
  return plan;
}

}  // namespace clip::model::timm
