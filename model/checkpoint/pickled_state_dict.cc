#include "model/checkpoint/pickled_state_dict.h"

#include <algorithm>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

using Kind = PickleValue::Kind;

absl::string_view NameOf(Kind kind) {
  switch (kind) {
    case Kind::kNone:
      return "None";
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kOpaque:
      return "a number or bytes";
    case Kind::kString:
      return "a string";
    case Kind::kTuple:
    case Kind::kList:
      return "a list or tuple";
    case Kind::kDict:
      return "a dict";
    case Kind::kGlobal:
    case Kind::kStorage:
    case Kind::kModule:
      return "an object";
    case Kind::kTensor:
      return "a tensor";
  }
  return "something else";
}

// No key of a model has anything but printable ASCII, or is that long.
bool IsKey(const PickleValue& value) {
  constexpr size_t kMaxKey = 1024;
  return value.kind == Kind::kString && !value.text.empty() &&
         value.text.size() <= kMaxKey &&
         std::all_of(value.text.begin(), value.text.end(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

absl::Status Add(const std::string& key, const PickleValue& value,
                 PickledTensors& tensors) {
  if (tensors.emplace(key, value.tensor).second) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("key ", key, " comes twice"));
}

// The value of a key of a dict; null where there is none.
const PickleValue* FindMember(const PickleDocument& document,
                              const PickleValue& dict, std::string_view key) {
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& name = document.values[dict.items[i]];
    if (name.kind == Kind::kString && name.text == key) {
      return &document.values[dict.items[i + 1]];
    }
  }
  return nullptr;
}

// Collects the tensors of a module and of those within it.
class ModuleWalk {
 public:
  explicit ModuleWalk(const PickleDocument& document) : document_(document) {}

  absl::Status Visit(const PickleValue& module, const std::string& prefix,
                     int depth) {
    constexpr int kMaxDepth = 32;
    if (depth > kMaxDepth) {
      return absl::InvalidArgumentError(
          absl::StrCat("modules are nested too deep at ", prefix));
    }
    for (size_t i = 0; i + 1 < module.items.size(); i += 2) {
      constexpr size_t kMaxSteps = size_t{1} << 17;
      if (++steps_ > kMaxSteps) {
        return absl::InvalidArgumentError("there are too many modules");
      }
      const PickleValue& key = document_.values[module.items[i]];
      const PickleValue& value = document_.values[module.items[i + 1]];
      if (value.kind != Kind::kTensor && value.kind != Kind::kModule) continue;
      if (!IsKey(key)) {
        return absl::InvalidArgumentError("an attribute has no proper name");
      }
      const std::string name = absl::StrCat(
          prefix, absl::string_view(key.text.data(), key.text.size()));
      CLIP_RETURN_IF_ERROR(value.kind == Kind::kTensor
                               ? Add(name, value, tensors_)
                               : Visit(value, name + ".", depth + 1));
    }
    return absl::OkStatus();
  }

  PickledTensors& tensors() { return tensors_; }

 private:
  const PickleDocument& document_;
  PickledTensors tensors_;
  size_t steps_ = 0;
};

}  // namespace

absl::StatusOr<PickledTensors> FindStateDict(const PickleDocument& document,
                                             bool use_ema) {
  const PickleValue* dict = &document.values[document.root];
  if (dict->kind != Kind::kDict) {
    return absl::InvalidArgumentError(
        absl::StrCat("holds ", NameOf(dict->kind), ", not a state dict"));
  }
  const char* name = use_ema ? "state_dict_ema" : "state_dict";
  if (const PickleValue* nested = FindMember(document, *dict, name)) {
    dict = nested;
  } else if (use_ema) {
    return absl::InvalidArgumentError("key state_dict_ema is not there");
  }
  if (dict->kind != Kind::kDict) {
    return absl::InvalidArgumentError(
        absl::StrCat("key ", name, " holds ", NameOf(dict->kind)));
  }
  PickledTensors tensors;
  for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
    const PickleValue& key = document.values[dict->items[i]];
    const PickleValue& value = document.values[dict->items[i + 1]];
    if (!IsKey(key)) {
      return absl::InvalidArgumentError("a state dict's key is no proper name");
    }
    const std::string text(key.text);
    if (value.kind != Kind::kTensor) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key ", text, " holds ", NameOf(value.kind), ", not a tensor"));
    }
    CLIP_RETURN_IF_ERROR(Add(text, value, tensors));
  }
  return tensors;
}

absl::StatusOr<PickledTensors> FindModuleTensors(
    const PickleDocument& document) {
  const PickleValue& root = document.values[document.root];
  if (root.kind != Kind::kModule) {
    return absl::InvalidArgumentError(
        absl::StrCat("holds ", NameOf(root.kind), ", not a module"));
  }
  ModuleWalk walk(document);
  CLIP_RETURN_IF_ERROR(walk.Visit(root, "", 0));
  return std::move(walk.tensors());
}

}  // namespace clip::model
