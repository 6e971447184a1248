#include "model/checkpoint/siglip_trunks.h"

namespace clip::model {
namespace {

struct SiglipTrunk {
  const char* name;
  SiglipSizes sizes;
};

// One of each kind; timm has more, which differ in the size of their pictures
// or in their activation.
constexpr SiglipTrunk kTrunks[] = {
    {"vit_base_patch32_siglip_256", {768, 12, 12, 3072, 32}},
    {"vit_base_patch16_siglip_224", {768, 12, 12, 3072, 16}},
    {"vit_large_patch16_siglip_256", {1024, 24, 16, 4096, 16}},
    {"vit_so400m_patch14_siglip_224", {1152, 27, 16, 4304, 14}},
    {"vit_so400m_patch16_siglip_256", {1152, 27, 16, 4304, 16}},
    {"vit_giantopt_patch16_siglip_256", {1536, 40, 16, 6144, 16}},
};

bool AreEqual(const SiglipSizes& a, const SiglipSizes& b) {
  return a.width == b.width && a.layers == b.layers && a.heads == b.heads &&
         a.mlp_width == b.mlp_width && a.patch_size == b.patch_size;
}

}  // namespace

const char* FindSiglipTrunk(const SiglipSizes& sizes) {
  for (const SiglipTrunk& trunk : kTrunks) {
    if (AreEqual(trunk.sizes, sizes)) return trunk.name;
  }
  return nullptr;
}

}  // namespace clip::model
