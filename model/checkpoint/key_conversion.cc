#include "model/checkpoint/key_conversion.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/tensor_edits.h"

namespace clip::model {

std::optional<std::string> RenameKey(absl::string_view key,
                                     absl::Span<const KeyRename> renames) {
  for (const KeyRename& rename : renames) {
    absl::string_view rest = key;
    if (!absl::ConsumePrefix(&rest, rename.from)) continue;
    if (rest.empty() || rest[0] == '.') return absl::StrCat(rename.to, rest);
  }
  return std::nullopt;
}

absl::Status ConvertedTensors::Add(const std::string& to,
                                   const std::string& from,
                                   absl::StatusOr<TensorView> view) {
  if (!view.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("key ", from, ": ", view.status().message()));
  }
  if (tensors_.emplace(to, *std::move(view)).second) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("key ", from, " and another one both are ", to));
}

absl::StatusOr<bool> ConvertedTensors::AddLayerTensor(
    const std::string& name, const TensorView& view,
    const EncoderConversion& conversion) {
  absl::string_view rest = name;
  if (!absl::ConsumePrefix(&rest, conversion.from)) return false;
  const size_t digits = std::min(rest.find('.'), rest.size());
  const absl::string_view number = rest.substr(0, digits);
  if (digits == 0 || digits == rest.size() ||
      !std::all_of(number.begin(), number.end(), absl::ascii_isdigit)) {
    return false;
  }
  rest.remove_prefix(digits + 1);
  const std::string from = absl::StrCat(conversion.from, number, ".");
  const std::string to = absl::StrCat(conversion.to, number, ".");
  // The query's tensor stands for all three.
  for (const char* kind : {"weight", "bias"}) {
    if (rest == absl::StrCat("self_attn.q_proj.", kind)) {
      const bool is_weight = kind[0] == 'w';
      CLIP_RETURN_IF_ERROR(
          AddFused(from, kind,
                   absl::StrCat(to, is_weight ? conversion.fused_weight
                                              : conversion.fused_bias)));
      return true;
    }
    const bool is_other = rest == absl::StrCat("self_attn.k_proj.", kind) ||
                          rest == absl::StrCat("self_attn.v_proj.", kind);
    const std::string query = absl::StrCat(from, "self_attn.q_proj.", kind);
    if (is_other && source_.tensors().count(query) != 0) return true;
  }
  const auto renamed = RenameKey(rest, conversion.renames);
  if (!renamed.has_value()) return false;
  CLIP_RETURN_IF_ERROR(Add(to + *renamed, name, view));
  return true;
}

absl::Status ConvertedTensors::AddFused(const std::string& layer,
                                        const std::string& kind,
                                        const std::string& to) {
  std::vector<const TensorView*> views;
  for (const char* part : {"q", "k", "v"}) {
    const std::string name =
        absl::StrCat(layer, "self_attn.", part, "_proj.", kind);
    const auto view = source_.tensors().find(name);
    if (view == source_.tensors().end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("key ", name, " is missing"));
    }
    views.push_back(&view->second);
  }
  return Add(to, absl::StrCat(layer, "self_attn.q_proj.", kind),
             ConcatenateRows(views));
}

}  // namespace clip::model
