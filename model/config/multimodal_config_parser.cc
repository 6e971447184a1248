#include "model/config/multimodal_config_parser.h"

#include <nlohmann/json.hpp>

#include "model/config/json_fields.h"
#include "model/config/transformer_config_parser.h"

namespace clip::model {
namespace {

constexpr int kMaxDecoderContext = 8192;

}  // namespace

absl::StatusOr<MultimodalConfig> ParseMultimodalConfig(
    const nlohmann::json& json, bool quick_gelu) {
  MultimodalConfig config;
  TransformerConfig& transformer = config.transformer;
  JsonFields fields(&json, "model_cfg.multimodal_cfg");
  config.context_length =
      fields.Int("context_length", 77, 1, kMaxDecoderContext);
  transformer.width = fields.Int("width", 512, 1, kMaxWidth);
  transformer.heads = fields.Int("heads", 8, 1, kMaxWidth);
  transformer.layers = fields.Int("layers", 12, 1, kMaxLayers);
  transformer.ls_init_value = fields.OptionalNumber("ls_init_value", -1e6, 1e6);
  transformer.mlp_width = 4 * transformer.width;
  transformer.activation =
      quick_gelu ? Activation::kQuickGelu : Activation::kGelu;
  if (transformer.width % transformer.heads != 0) {
    fields.Fail("heads", "must divide width");
  }
  // open_clip accepts them and uses them nowhere; the vocabulary is text_cfg's.
  for (const char* key :
       {"vocab_size", "mlp_ratio", "dim_head", "n_queries", "attn_pooler_heads",
        "hf_tokenizer_name", "tokenizer_kwargs", "embed_cls", "pad_id",
        "eos_id", "no_causal_mask", "pool_type", "proj_type", "proj_bias",
        "output_tokens", "act_kwargs", "norm_kwargs"}) {
    fields.Ignore(key);
  }
  const absl::Status status = fields.Finish();
  if (!status.ok()) return status;
  return config;
}

}  // namespace clip::model
