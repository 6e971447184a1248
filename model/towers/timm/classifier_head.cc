#include "model/towers/timm/classifier_head.h"

#include <c10/util/Exception.h>

namespace clip::model {

ClassifierHeadImpl::ClassifierHeadImpl(int64_t width,
                                       const TimmTrunkOptions& trunk,
                                       const ParameterOptions& options,
                                       std::optional<double> norm_eps)
    : output_width_(trunk.num_classes > 0 ? trunk.num_classes : width) {
  TORCH_CHECK_VALUE(trunk.global_pool.value_or("avg") == "avg", "timm_pool \"",
                    *trunk.global_pool,
                    "\" is not supported for this model; only \"avg\" is");
  if (norm_eps.has_value()) {
    norm_ = register_module("norm", LayerNorm(width, *norm_eps, options));
  }
  if (trunk.num_classes > 0) {
    fc_ = register_module("fc", Linear(width, trunk.num_classes, options));
  }
}

at::Tensor ClassifierHeadImpl::forward(const at::Tensor& x) {
  at::Tensor pooled = x.mean(/*dim=*/{2, 3});
  if (!norm_.is_empty()) pooled = norm_->forward(pooled);
  return fc_.is_empty() ? pooled : fc_->forward(pooled);
}

}  // namespace clip::model
