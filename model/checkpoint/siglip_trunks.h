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
};

// timm's name of an image tower with these sizes, for example
// "vit_base_patch16_siglip_224"; null where there is none. The size of its
// pictures and its activation are not part of the weights and may be others.
const char* FindSiglipTrunk(const SiglipSizes& sizes);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SIGLIP_TRUNKS_H_
