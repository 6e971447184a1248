#ifndef MODEL_TOWERS_TIMM_HYBRID_EMBED_H_
#define MODEL_TOWERS_TIMM_HYBRID_EMBED_H_

#include <ATen/core/TensorBody.h>

#include <memory>

#include "model/towers/timm/backbone.h"
#include "model/towers/timm/embed_layer.h"
#include "model/towers/timm/grid.h"

namespace clip::model::timm {

// timm's HybridEmbed without a projection: each cell of a backbone's output is
// a token. Keys: backbone.*.
class HybridEmbed : public EmbedLayer {
 public:
  // `image` in pixels.
  HybridEmbed(std::shared_ptr<Backbone> backbone, const Grid& image);

  // Throws for pictures that give another grid.
  at::Tensor forward(const at::Tensor& pixels) override;
  Grid grid() const override { return grid_; }
  void SetGradCheckpointing(bool enable) override;

 private:
  std::shared_ptr<Backbone> backbone_;
  Grid grid_;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_HYBRID_EMBED_H_
