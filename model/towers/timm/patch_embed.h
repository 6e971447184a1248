#ifndef MODEL_TOWERS_TIMM_PATCH_EMBED_H_
#define MODEL_TOWERS_TIMM_PATCH_EMBED_H_

#include <ATen/core/TensorBody.h>

#include "model/layers/conv2d.h"
#include "model/layers/inference_layer.h"
#include "model/layers/parameter_options.h"
#include "model/towers/timm/embed_layer.h"
#include "model/towers/timm/grid.h"

namespace clip::model::timm {

struct PatchEmbedOptions {
  // Pixels. What is left over right and below the last whole patch is unused.
  Grid image = {224, 224};
  // Pixels of a square patch's side.
  int64_t patch_size = 16;
  int64_t width = 768;
  bool bias = true;
};

// timm's PatchEmbed: a linear layer over the pixels of each patch. Keys:
// proj.weight [width, 3, patch, patch], and with a bias proj.bias.
class PatchEmbed : public EmbedLayer, public InferenceLayer {
 public:
  PatchEmbed(const PatchEmbedOptions& embed, const ParameterOptions& options);

  // One matrix product, which a stride of a whole patch allows. Throws for
  // pictures of another size.
  at::Tensor forward(const at::Tensor& pixels) override;
  Grid grid() const override { return grid_; }
  void PrepareForInference(const InferenceOptions& options) override;

 private:
  PatchEmbedOptions embed_;
  Grid grid_;
  Conv2d proj_ = nullptr;
};

}  // namespace clip::model::timm

#endif  // MODEL_TOWERS_TIMM_PATCH_EMBED_H_
