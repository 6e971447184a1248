#include "model/checkpoint/convert_state_dict.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "model/checkpoint/convert_hf_clip.h"
#include "model/checkpoint/convert_hf_siglip.h"
#include "model/checkpoint/convert_mobile_clip.h"

namespace clip::model {

absl::StatusOr<StateDict> ConvertStateDict(const StateDict& source) {
  if (IsHfSiglip(source)) return ConvertHfSiglip(source);
  if (IsHfClip(source)) return ConvertHfClip(source);
  if (IsMobileClip(source)) return ConvertMobileClip(source);
  return source;
}

StateDict ConvertToCustomText(const StateDict& source) {
  constexpr absl::string_view kPrefixes[] = {
      "text_projection", "positional_embedding", "token_embedding",
      "transformer", "ln_final"};
  if (source.tensors().count("text_projection") == 0) return source;
  StateDict::Tensors tensors;
  for (const auto& [name, view] : source.tensors()) {
    bool is_text = false;
    for (const absl::string_view prefix : kPrefixes) {
      is_text = is_text || absl::StartsWith(name, prefix);
    }
    tensors.emplace(is_text ? "text." + name : name, view);
  }
  return source.WithTensors(std::move(tensors));
}

}  // namespace clip::model
