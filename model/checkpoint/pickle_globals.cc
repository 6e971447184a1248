#include "model/checkpoint/pickle_globals.h"

namespace clip::model {
namespace {

struct StorageClass {
  std::string_view name;
  TensorDtype dtype;
};

constexpr StorageClass kStorageClasses[] = {
    {"FloatStorage", TensorDtype::kFloat32},
    {"HalfStorage", TensorDtype::kFloat16},
    {"BFloat16Storage", TensorDtype::kBfloat16},
    {"DoubleStorage", TensorDtype::kFloat64},
    {"LongStorage", TensorDtype::kInt64},
    {"IntStorage", TensorDtype::kInt32},
    {"ShortStorage", TensorDtype::kInt16},
    {"CharStorage", TensorDtype::kInt8},
    {"ByteStorage", TensorDtype::kUint8},
    {"BoolStorage", TensorDtype::kBool},
};

bool IsModuleClass(std::string_view module) {
  constexpr std::string_view kPrefix = "__torch__";
  return module.substr(0, kPrefix.size()) == kPrefix &&
         (module.size() == kPrefix.size() || module[kPrefix.size()] == '.');
}

}  // namespace

std::optional<PickleImport> FindPickleImport(std::string_view module,
                                             std::string_view name,
                                             bool allow_modules) {
  if (module == "collections" && name == "OrderedDict") {
    return PickleImport{PickleGlobal::kOrderedDict, {}};
  }
  if (module == "torch._utils" && name == "_rebuild_tensor_v2") {
    return PickleImport{PickleGlobal::kRebuildTensor, {}};
  }
  if (module == "torch._utils" && name == "_rebuild_parameter") {
    return PickleImport{PickleGlobal::kRebuildParameter, {}};
  }
  if (module == "torch") {
    for (const StorageClass& storage : kStorageClasses) {
      if (name != storage.name) continue;
      return PickleImport{PickleGlobal::kStorageClass, storage.dtype};
    }
  }
  if (allow_modules && IsModuleClass(module)) {
    return PickleImport{PickleGlobal::kModuleClass, {}};
  }
  return std::nullopt;
}

}  // namespace clip::model
