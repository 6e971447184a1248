#include "model/towers/timm/swin_models.h"

#include <c10/util/Exception.h>

#include "model/towers/timm/model_table.h"
#include "model/towers/timm/swin.h"

namespace clip::model {
namespace {

constexpr ModelTable<SwinOptions, 1> kSwinModels = {{
    {"swin_base_patch4_window7_224",
     {224, 128, {2, 2, 18, 2}, {4, 8, 16, 32}, 7}},
}};

}  // namespace

std::vector<std::string_view> SwinModels() { return NamesOf(kSwinModels); }

bool HasSwinModel(std::string_view name) {
  return FindModel(kSwinModels, name) != nullptr;
}

std::shared_ptr<TimmTrunk> CreateSwinModel(std::string_view name,
                                           const TimmTrunkOptions& trunk,
                                           const ParameterOptions& options) {
  const SwinOptions* model = FindModel(kSwinModels, name);
  TORCH_CHECK_VALUE(model != nullptr, "no Swin is called ", name);
  return std::make_shared<Swin>(*model, trunk, options);
}

}  // namespace clip::model
