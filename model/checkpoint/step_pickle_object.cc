#include "model/checkpoint/step_pickle_object.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_errors.h"
#include "model/checkpoint/pickle_globals.h"
#include "model/checkpoint/rebuild_tensor.h"

namespace clip::model {
namespace {

using Kind = PickleValue::Kind;
using Op = PickleOpcode;

absl::Status Import(std::string_view module, std::string_view name,
                    bool allow_modules, PickleStack& stack) {
  const auto import = FindPickleImport(module, name, allow_modules);
  if (!import.has_value()) {
    return BrokenPickle(absl::StrCat(
        "imports ",
        QuotedPickleText(std::string(module) + "." + std::string(name)),
        ", which weights do not need; nothing was executed. Save the "
        "state_dict alone, best as .safetensors"));
  }
  PickleValue value;
  value.kind = Kind::kGlobal;
  value.integer = static_cast<int64_t>(import->global);
  value.dtype = import->dtype;
  return stack.PushNew(std::move(value));
}

// ('storage', class, record's name, device, elements)
absl::Status PushStorage(PickleStack& stack) {
  constexpr size_t kParts = 5;
  CLIP_ASSIGN_OR_RETURN(const auto id, stack.Pop(1));
  const PickleValue& tuple = stack.At(id[0]);
  if (tuple.kind != Kind::kTuple || tuple.items.size() != kParts) {
    return BrokenPickle("a persistent id is not that of a storage");
  }
  const PickleValue& type = stack.At(tuple.items[0]);
  const PickleValue& storage_class = stack.At(tuple.items[1]);
  const PickleValue& key = stack.At(tuple.items[2]);
  const PickleValue& size = stack.At(tuple.items[4]);
  if (type.kind != Kind::kString || type.text != "storage" ||
      storage_class.kind != Kind::kGlobal ||
      storage_class.integer !=
          static_cast<int64_t>(PickleGlobal::kStorageClass) ||
      key.kind != Kind::kString || size.kind != Kind::kInt ||
      size.integer < 0) {
    return BrokenPickle("a persistent id is not that of a storage");
  }
  PickleValue storage;
  storage.kind = Kind::kStorage;
  storage.integer = size.integer;
  storage.dtype = storage_class.dtype;
  storage.text = key.text;
  return stack.PushNew(std::move(storage));
}

absl::Status Reduce(PickleStack& stack) {
  CLIP_ASSIGN_OR_RETURN(const auto call, stack.Pop(2));
  const PickleValue& callable = stack.At(call[0]);
  const PickleValue& arguments = stack.At(call[1]);
  if (callable.kind != Kind::kGlobal || arguments.kind != Kind::kTuple) {
    return BrokenPickle("calls what is no function");
  }
  PickleValue result;
  switch (static_cast<PickleGlobal>(callable.integer)) {
    case PickleGlobal::kOrderedDict:
      if (!arguments.items.empty())
        return BrokenPickle("OrderedDict has arguments");
      result.kind = Kind::kDict;
      return stack.PushNew(std::move(result));
    case PickleGlobal::kRebuildTensor: {
      CLIP_ASSIGN_OR_RETURN(PickledTensor tensor,
                            RebuildTensor(stack.values(), arguments.items));
      result.kind = Kind::kTensor;
      result.tensor = std::make_shared<PickledTensor>(std::move(tensor));
      return stack.PushNew(std::move(result));
    }
    case PickleGlobal::kRebuildParameter:
      // The tensor, requires_grad and its hooks.
      if (arguments.items.size() == 3 &&
          stack.At(arguments.items[0]).kind == Kind::kTensor) {
        return stack.Push(arguments.items[0]);
      }
      return BrokenPickle("_rebuild_parameter is given no tensor");
    default:
      return BrokenPickle("calls a class that is no function");
  }
}

absl::Status MakeModule(PickleStack& stack) {
  CLIP_ASSIGN_OR_RETURN(const auto call, stack.Pop(2));
  const PickleValue& type = stack.At(call[0]);
  const PickleValue& arguments = stack.At(call[1]);
  if (type.kind != Kind::kGlobal ||
      type.integer != static_cast<int64_t>(PickleGlobal::kModuleClass) ||
      arguments.kind != Kind::kTuple || !arguments.items.empty()) {
    return BrokenPickle("makes an object that is no module");
  }
  PickleValue module;
  module.kind = Kind::kModule;
  return stack.PushNew(std::move(module));
}

absl::Status Build(PickleStack& stack) {
  CLIP_ASSIGN_OR_RETURN(const auto parts, stack.Pop(2));
  PickleValue& object = stack.At(parts[0]);
  PickleValue& state = stack.At(parts[1]);
  if (state.kind != Kind::kDict)
    return BrokenPickle("an object's state is no dict");
  if (object.kind == Kind::kModule) {
    if (!object.items.empty()) return BrokenPickle("a module is built twice");
    // Moved, not copied: a dict that many modules share must not multiply.
    object.items = std::move(state.items);
  } else if (object.kind != Kind::kDict) {
    return BrokenPickle("gives a state to what has none");
  }
  // A state dict's own state is its _metadata, of which nothing is needed.
  return stack.Push(parts[0]);
}

}  // namespace

absl::Status StepPickleObject(PickleOpcode opcode, bool allow_modules,
                              PickleSource& source, PickleStack& stack) {
  switch (opcode) {
    case Op::kGlobal: {
      CLIP_ASSIGN_OR_RETURN(const std::string_view module, source.Line());
      CLIP_ASSIGN_OR_RETURN(const std::string_view name, source.Line());
      return Import(module, name, allow_modules, stack);
    }
    case Op::kStackGlobal: {
      CLIP_ASSIGN_OR_RETURN(const auto names, stack.Pop(2));
      const PickleValue& module = stack.At(names[0]);
      const PickleValue& name = stack.At(names[1]);
      if (module.kind == Kind::kString && name.kind == Kind::kString) {
        return Import(module.text, name.text, allow_modules, stack);
      }
      return BrokenPickle("an import has no name");
    }
    case Op::kBinPersId:
      return PushStorage(stack);
    case Op::kReduce:
      return Reduce(stack);
    case Op::kNewObj:
      return MakeModule(stack);
    case Op::kBuild:
      return Build(stack);
    default:
      return BrokenPickle(absl::StrCat(
          "opcode 0x", absl::Hex(static_cast<uint8_t>(opcode), absl::kZeroPad2),
          " has no place among weights"));
  }
}

}  // namespace clip::model
