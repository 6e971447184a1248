#include "model/towers/timm/fastvit_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/fastvit.h"
#include "model/towers/timm/model_table.h"

namespace clip::model {
namespace {

// The last four columns are mlp_ratio, squeeze_excite, layer_norm and
// stem_scale_branch.
constexpr ModelTable<FastVitOptions, 5> kFastVitModels = {{
    // clang-format off
    {"fastvit_mci0", {{2, 6, 10, 2, 0}, {64, 128, 256, 512, 0}, 3, true, false, true}},
    {"fastvit_mci1", {{4, 12, 20, 4, 0}, {64, 128, 256, 512, 0}, 3, true, false, true}},
    {"fastvit_mci2", {{4, 12, 24, 4, 0}, {80, 160, 320, 640, 0}, 3, true, false, true}},
    {"fastvit_mci3", {{2, 12, 24, 4, 2}, {96, 192, 384, 768, 1536}, 4, false, true, false}},
    {"fastvit_mci4", {{2, 12, 24, 4, 4}, {128, 256, 512, 1024, 2048}, 4, false, true, false}},
    // clang-format on
}};

}  // namespace

std::vector<std::string_view> FastVitModels() {
  return NamesOf(kFastVitModels);
}

bool HasFastVitModel(std::string_view name) {
  return FindModel(kFastVitModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateFastVitModel(std::string_view name,
                                              const TimmTrunkOptions& trunk,
                                              const ParameterOptions& options) {
  const FastVitOptions* model = FindModel(kFastVitModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no FastViT is called ", name);
  return std::make_shared<FastVit>(*model, trunk, options);
}

}  // namespace clip::model
