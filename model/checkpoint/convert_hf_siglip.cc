#include "model/checkpoint/convert_hf_siglip.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/key_conversion.h"
#include "model/checkpoint/tensor_edits.h"

namespace clip::model {
namespace {

constexpr absl::string_view kProbe = "vision_model.head.probe";
constexpr absl::string_view kPositions =
    "vision_model.embeddings.position_embedding.weight";
constexpr absl::string_view kPoolProjection =
    "vision_model.head.attention.in_proj_";

constexpr KeyRename kSiglipTextLayer[] = {
    {"layer_norm1", "ln_1"},
    {"layer_norm2", "ln_2"},
    {"mlp.fc1", "mlp.c_fc"},
    {"mlp.fc2", "mlp.c_proj"},
    {"self_attn.out_proj", "attn.out_proj"},
};

constexpr KeyRename kVisionLayer[] = {
    {"layer_norm1", "norm1"},
    {"layer_norm2", "norm2"},
    {"mlp", "mlp"},
    {"self_attn.out_proj", "attn.proj"},
};

constexpr KeyRename kSiglipRoot[] = {
    {"text_model.embeddings.token_embedding", "text.token_embedding"},
    {"text_model.embeddings.position_embedding.weight",
     "text.positional_embedding"},
    {"text_model.final_layer_norm", "text.ln_final"},
    {"text_model.head", "text.text_projection"},
    {"vision_model.embeddings.patch_embedding",
     "visual.trunk.patch_embed.proj"},
    {"vision_model.post_layernorm", "visual.trunk.norm"},
    {"vision_model.head.probe", "visual.trunk.attn_pool.latent"},
    {"vision_model.head.attention.out_proj", "visual.trunk.attn_pool.proj"},
    {"vision_model.head.layernorm", "visual.trunk.attn_pool.norm"},
    {"vision_model.head.mlp", "visual.trunk.attn_pool.mlp"},
};

constexpr EncoderConversion kSiglipEncoders[] = {
    {"text_model.encoder.layers.", "text.transformer.resblocks.",
     kSiglipTextLayer, "attn.in_proj_weight", "attn.in_proj_bias"},
    {"vision_model.encoder.layers.", "visual.trunk.blocks.", kVisionLayer,
     "attn.qkv.weight", "attn.qkv.bias"},
};

// The pooling head's q, k and v in one -> q alone, k and v in one.
absl::Status AddPoolProjection(const std::string& name, const TensorView& view,
                               ConvertedTensors& tensors) {
  const absl::string_view kind =
      absl::string_view(name).substr(kPoolProjection.size());
  const int64_t rows = view.shape.empty() ? 0 : view.shape[0];
  const std::string pool = "visual.trunk.attn_pool.";
  CLIP_RETURN_IF_ERROR(tensors.Add(absl::StrCat(pool, "q.", kind), name,
                                   SliceRows(view, 0, rows / 3)));
  return tensors.Add(absl::StrCat(pool, "kv.", kind), name,
                     SliceRows(view, rows / 3, rows));
}

absl::Status AddSiglipTensor(const std::string& name, const TensorView& view,
                             ConvertedTensors& tensors) {
  if (absl::EndsWith(name, ".embeddings.position_ids")) return absl::OkStatus();
  for (const EncoderConversion& encoder : kSiglipEncoders) {
    CLIP_ASSIGN_OR_RETURN(const bool is_done,
                          tensors.AddLayerTensor(name, view, encoder));
    if (is_done) return absl::OkStatus();
  }
  if (absl::StartsWith(name, kPoolProjection)) {
    return AddPoolProjection(name, view, tensors);
  }
  if (name == kPositions && view.shape.size() == 2) {
    return tensors.Add("visual.trunk.pos_embed", name,
                       Reshape(view, {1, view.shape[0], view.shape[1]}));
  }
  return tensors.Add(RenameKey(name, kSiglipRoot).value_or(name), name, view);
}

}  // namespace

bool IsHfSiglip(const StateDict& state_dict) {
  return state_dict.tensors().count(std::string(kProbe)) != 0;
}

absl::StatusOr<StateDict> ConvertHfSiglip(const StateDict& source) {
  ConvertedTensors tensors(source);
  for (const auto& [name, view] : source.tensors()) {
    CLIP_RETURN_IF_ERROR(AddSiglipTensor(name, view, tensors));
  }
  return tensors.Take();
}

}  // namespace clip::model
