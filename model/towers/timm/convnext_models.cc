#include "model/towers/timm/convnext_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/convnext.h"
#include "model/towers/timm/model_table.h"

namespace clip::model {
namespace {

constexpr ModelTable<ConvNextOptions, 6> kConvNextModels = {{
    {"convnext_tiny", {{3, 3, 9, 3}, {96, 192, 384, 768}}},
    {"convnext_small", {{3, 3, 27, 3}, {96, 192, 384, 768}}},
    {"convnext_base", {{3, 3, 27, 3}, {128, 256, 512, 1024}}},
    {"convnext_large", {{3, 3, 27, 3}, {192, 384, 768, 1536}}},
    {"convnext_xlarge", {{3, 3, 27, 3}, {256, 512, 1024, 2048}}},
    {"convnext_xxlarge", {{3, 4, 30, 3}, {384, 768, 1536, 3072}, 1e-5}},
}};

}  // namespace

std::vector<std::string_view> ConvNextModels() {
  return NamesOf(kConvNextModels);
}

bool HasConvNextModel(std::string_view name) {
  return FindModel(kConvNextModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateConvNextModel(
    std::string_view name, const TimmTrunkOptions& trunk,
    const ParameterOptions& options) {
  const ConvNextOptions* model = FindModel(kConvNextModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no ConvNeXt is called ", name);
  return std::make_shared<ConvNext>(*model, trunk, options);
}

}  // namespace clip::model
