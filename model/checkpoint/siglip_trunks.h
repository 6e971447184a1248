#ifndef MODEL_CHECKPOINT_SIGLIP_TRUNKS_H_
#define MODEL_CHECKPOINT_SIGLIP_TRUNKS_H_

namespace clip::model {

// What tells one image tower of SigLIP from another.
struct SiglipSizes {
  int width = 0;
  int layers = 0;
  int heads = 0;
  int mlp_width = 0;
  int patch_size = 0;
  // True: GELU's approximation by tanh; false: GELU itself.
  bool is_tanh = true;
};

// timm's name of an image tower with these sizes, for example
// "vit_base_patch16_siglip_224"; null where there is none. The size of its
// pictures is not part of the weights and may be another. Where timm has the
// sizes only with the other GELU, that one is given: the two differ by less
// than 5e-4 an activation.
const char* FindSiglipTrunk(const SiglipSizes& sizes);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SIGLIP_TRUNKS_H_
