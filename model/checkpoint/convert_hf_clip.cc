#include "model/checkpoint/convert_hf_clip.h"

#include <string>

#include "absl/strings/match.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/key_conversion.h"
#include "model/checkpoint/tensor_edits.h"

namespace clip::model {
namespace {

constexpr KeyRename kLayer[] = {
    {"layer_norm1", "ln_1"},
    {"layer_norm2", "ln_2"},
    {"mlp.fc1", "mlp.c_fc"},
    {"mlp.fc2", "mlp.c_proj"},
    {"self_attn.out_proj", "attn.out_proj"},
};

constexpr KeyRename kClipRoot[] = {
    {"text_model.embeddings.token_embedding", "token_embedding"},
    {"text_model.embeddings.position_embedding.weight", "positional_embedding"},
    {"text_model.final_layer_norm", "ln_final"},
    {"vision_model.embeddings.class_embedding", "visual.class_embedding"},
    {"vision_model.embeddings.patch_embedding", "visual.conv1"},
    {"vision_model.embeddings.position_embedding.weight",
     "visual.positional_embedding"},
    // So spelled.
    {"vision_model.pre_layrnorm", "visual.ln_pre"},
    {"vision_model.post_layernorm", "visual.ln_post"},
};

// Linears without bias there, matrices to multiply by here.
constexpr KeyRename kTransposed[] = {
    {"text_projection.weight", "text_projection"},
    {"visual_projection.weight", "visual.proj"},
};

constexpr EncoderConversion kClipEncoders[] = {
    {"text_model.encoder.layers.", "transformer.resblocks.", kLayer,
     "attn.in_proj_weight", "attn.in_proj_bias"},
    {"vision_model.encoder.layers.", "visual.transformer.resblocks.", kLayer,
     "attn.in_proj_weight", "attn.in_proj_bias"},
};

absl::Status AddClipTensor(const std::string& name, const TensorView& view,
                           ConvertedTensors& tensors) {
  if (absl::EndsWith(name, ".embeddings.position_ids")) return absl::OkStatus();
  for (const EncoderConversion& encoder : kClipEncoders) {
    CLIP_ASSIGN_OR_RETURN(const bool is_done,
                          tensors.AddLayerTensor(name, view, encoder));
    if (is_done) return absl::OkStatus();
  }
  if (const auto renamed = RenameKey(name, kTransposed)) {
    return tensors.Add(*renamed, name, Transpose(view));
  }
  return tensors.Add(RenameKey(name, kClipRoot).value_or(name), name, view);
}

}  // namespace

bool IsHfClip(const StateDict& state_dict) {
  return state_dict.tensors().count(
             "vision_model.embeddings.class_embedding") != 0;
}

absl::StatusOr<StateDict> ConvertHfClip(const StateDict& source) {
  ConvertedTensors tensors(source);
  for (const auto& [name, view] : source.tensors()) {
    CLIP_RETURN_IF_ERROR(AddClipTensor(name, view, tensors));
  }
  return tensors.Take();
}

}  // namespace clip::model
