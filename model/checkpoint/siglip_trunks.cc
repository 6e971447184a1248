#include "model/checkpoint/siglip_trunks.h"

namespace clip::model {
namespace {

struct SiglipTrunk {
  const char* name;
  SiglipSizes sizes;
};

// One of each kind; timm has more, which differ in the size of their pictures.
constexpr SiglipTrunk kTrunks[] = {
    {"vit_base_patch32_siglip_256", {768, 12, 12, 3072, 32, true}},
    {"vit_base_patch16_siglip_224", {768, 12, 12, 3072, 16, false}},
    {"vit_large_patch16_siglip_256", {1024, 24, 16, 4096, 16, false}},
    {"vit_large_patch16_siglip_512", {1024, 24, 16, 4096, 16, true}},
    {"vit_so400m_patch14_siglip_224", {1152, 27, 16, 4304, 14, false}},
    {"vit_so400m_patch16_siglip_256", {1152, 27, 16, 4304, 16, true}},
    {"vit_giantopt_patch16_siglip_256", {1536, 40, 16, 6144, 16, true}},
};

bool HaveEqualWeights(const SiglipSizes& a, const SiglipSizes& b) {
  return a.width == b.width && a.layers == b.layers && a.heads == b.heads &&
         a.mlp_width == b.mlp_width && a.patch_size == b.patch_size;
}

}  // namespace

const char* FindSiglipTrunk(const SiglipSizes& sizes) {
  const char* nearest = nullptr;
  for (const SiglipTrunk& trunk : kTrunks) {
    if (!HaveEqualWeights(trunk.sizes, sizes)) continue;
    if (trunk.sizes.is_tanh == sizes.is_tanh) return trunk.name;
    nearest = trunk.name;
  }
  return nearest;
}

}  // namespace clip::model
