#ifndef MODEL_TOWERS_TIMM_GLOBAL_POOL_H_
#define MODEL_TOWERS_TIMM_GLOBAL_POOL_H_

#include <optional>

#include "model/towers/timm/timm_trunk.h"

namespace clip::model::timm {

// How the tokens of a picture become one vector: timm's global_pool.
enum class GlobalPool {
  // "": not at all.
  kNone,
  // "avg": the mean of the patches.
  kAverage,
  // "token": the class token.
  kToken,
  // "map": AttentionPoolLatent.
  kMap,
};

// A model's pooling and on which side of it the last norm is.
struct PoolPlan {
  GlobalPool pool = GlobalPool::kToken;
  // Behind the pooling (`fc_norm`), not before it (`norm`).
  bool fc_norm = false;
};

// What timm makes of the pooling that a model has of its own, of where the
// model asks for the norm (nullopt: behind a mean, else before) and of what is
// asked for. Throws for a pooling that the model cannot have.
PoolPlan PlanPool(GlobalPool own, std::optional<bool> fc_norm,
                  bool has_class_token, const TimmTrunkOptions& trunk);

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_GLOBAL_POOL_H_
