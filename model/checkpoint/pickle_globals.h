#ifndef MODEL_CHECKPOINT_PICKLE_GLOBALS_H_
#define MODEL_CHECKPOINT_PICKLE_GLOBALS_H_

#include <optional>
#include <string_view>

#include "model/checkpoint/tensor_dtype.h"

namespace clip::model {

// What a pickle of weights may import. Nothing is ever imported or called:
// each name stands for one thing that the reader itself does.
enum class PickleGlobal {
  // collections.OrderedDict
  kOrderedDict,
  // torch._utils._rebuild_tensor_v2
  kRebuildTensor,
  // torch._utils._rebuild_parameter
  kRebuildParameter,
  // torch.FloatStorage and its like
  kStorageClass,
  // A class of a TorchScript archive, __torch__.*
  kModuleClass,
};

struct PickleImport {
  PickleGlobal global = PickleGlobal::kOrderedDict;
  // Of a storage class.
  TensorDtype dtype = TensorDtype::kFloat32;
};

// The import `module.name`; nullopt where it is not allowed, which is nearly
// everything. `allow_modules` admits __torch__.*.
std::optional<PickleImport> FindPickleImport(std::string_view module,
                                             std::string_view name,
                                             bool allow_modules);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLE_GLOBALS_H_
