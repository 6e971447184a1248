#include "model/config/text_config_parser.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "model/config/hf_models.h"
#include "model/config/json_fields.h"
#include "model/config/transformer_config_parser.h"

namespace clip::model {
namespace {

constexpr int kMaxTextContext = 8192;
// Two more than a Roberta reads.
constexpr int kMaxPositions = kMaxTextContext + 2;
// The largest vocabulary in use (XLM-V) has 901,629 ids.
constexpr int kMaxVocabSize = 1 << 24;

void ParseTransformer(JsonFields& fields, bool quick_gelu,
                      TransformerConfig& config) {
  config.width = fields.Int("width", 512, 1, kMaxWidth);
  config.heads = fields.Int("heads", 8, 1, kMaxWidth);
  config.layers = fields.Int("layers", 12, 1, kMaxLayers);
  if (config.width % config.heads != 0) {
    fields.Fail("heads", "must divide width");
  }
  ParseTransformerFields(fields, quick_gelu, config);
}

void ParsePool(JsonFields& fields, TextConfig& config) {
  constexpr int kMaxId = std::numeric_limits<int32_t>::max();
  config.no_causal_mask = fields.Bool("no_causal_mask", false);
  config.embed_cls = fields.Bool("embed_cls", false);
  config.pad_id = fields.Int("pad_id", 0, 0, kMaxId);
  if (fields.Member("eos_id") != nullptr) {
    config.eos_id = fields.Int("eos_id", 2, 0, kMaxId);
  }
  if (fields.OptionalString("pool_type") == "none") {
    fields.Fail("pool_type", "none gives one vector a token, not an embedding");
  }
  config.pool = fields.Choice<TextPool>("pool_type", TextPool::kArgmax,
                                        {{"argmax", TextPool::kArgmax},
                                         {"first", TextPool::kFirst},
                                         {"last", TextPool::kLast},
                                         {"eos", TextPool::kEos}});
}

TextProjection ParseProjection(JsonFields& fields) {
  const bool bias = fields.Bool("proj_bias", false);
  const auto linear = bias ? TextProjection::kLinear : TextProjection::kMatrix;
  return fields.Choice<TextProjection>(
      "proj_type", linear,
      {{"linear", linear}, {"none", TextProjection::kNone}});
}

TokenizerConfig ParseTokenizer(JsonFields& fields, const TextConfig& text) {
  TokenizerConfig config;
  config.context_length = text.context_length;
  config.vocab_size = text.vocab_size;
  if (const auto model = FindHfModel(text.hf)) {
    config.vocab_size = model->vocab_size;
  }
  config.hf_tokenizer_name = fields.OptionalString("hf_tokenizer_name");
  config.mode = fields.OptionalString("tokenizer_mode");
  if (fields.Member("pad_id") != nullptr) config.pad_id = text.pad_id;
  if (text.pool == TextPool::kEos && fields.Member("eos_id") != nullptr) {
    config.eos_id = text.eos_id;
  }
  JsonFields kwargs(fields.Member("tokenizer_kwargs"),
                    fields.PathOf("tokenizer_kwargs"));
  config.clean = kwargs.OptionalString("clean");
  config.language = kwargs.OptionalString("language");
  config.strip_sep_token = kwargs.Bool("strip_sep_token", false);
  kwargs.Refuse("reduction_mask", "\"\"",
                "shortens texts at random, which only training does");
  kwargs.Refuse("additional_special_tokens", "[]", "is not supported");
  fields.Absorb(kwargs.Finish());
  if (config.hf_tokenizer_name.empty() &&
      (config.strip_sep_token || !config.language.empty())) {
    fields.Fail("tokenizer_kwargs",
                "has keys that only a Hugging Face tokenizer takes");
  }
  return config;
}

HfProjection ParseHfProjection(JsonFields& fields, const nlohmann::json& json) {
  const auto member = json.find("hf_proj_type");
  if (member != json.end() && member->is_null()) return HfProjection::kNone;
  return fields.Choice<HfProjection>(
      "hf_proj_type", HfProjection::kMlp,
      {{"linear", HfProjection::kLinear}, {"mlp", HfProjection::kMlp}});
}

// null means open_clip's default for the architecture, without the pooling
// layer that transformers would add.
HfPooler ParseHfPooler(JsonFields& fields, const nlohmann::json& json,
                       const std::string& model_name) {
  constexpr const char* kKey = "hf_pooler_type";
  const auto member = json.find(kKey);
  if (member != json.end() && member->is_null()) {
    fields.Ignore(kKey);
    const auto model = FindHfModel(std::string_view(model_name));
    const bool first =
        model.has_value() && (model->architecture == HfArchitecture::kBert ||
                              model->architecture == HfArchitecture::kM2m100);
    return first ? HfPooler::kClsLastHiddenState : HfPooler::kMean;
  }
  return fields.Choice<HfPooler>(
      kKey, HfPooler::kMean,
      {{"mean_pooler", HfPooler::kMean},
       {"max_pooler", HfPooler::kMax},
       {"cls_pooler", HfPooler::kCls},
       {"cls_last_hidden_state_pooler", HfPooler::kClsLastHiddenState}});
}

void ParseHfModelConfig(JsonFields& text, HfTextConfig& config) {
  constexpr const char* kKey = "hf_model_config";
  constexpr const char* kPositions = "max_position_embeddings";
  JsonFields fields(text.Member(kKey), text.PathOf(kKey));
  if (fields.Member(kPositions) != nullptr) {
    config.max_position_embeddings =
        fields.Int(kPositions, 512, 1, kMaxPositions);
  }
  // For training only.
  for (const char* key :
       {"hidden_dropout_prob", "attention_probs_dropout_prob", "dropout_rate",
        "dropout", "attention_dropout", "activation_dropout",
        "embedding_dropout", "mlp_dropout", "encoder_layerdrop"}) {
    fields.Ignore(key);
  }
  text.Absorb(fields.Finish());
}

void ParseHf(JsonFields& fields, const nlohmann::json& json,
             TextConfig& config) {
  config.hf.model_name = fields.OptionalString("hf_model_name");
  fields.Member("hf_proj_type");
  ParseHfModelConfig(fields, config.hf);
  if (!json.is_object()) return;
  config.hf.projection = ParseHfProjection(fields, json);
  config.hf.pooler = ParseHfPooler(fields, json, config.hf.model_name);
  if (!config.hf.model_name.empty()) {
    config.architecture = TextArchitecture::kHuggingFace;
  }
}

void RefuseUnsupportedText(JsonFields& fields) {
  // What the weights were before: for training only.
  fields.Ignore("hf_model_pretrained");
  fields.Refuse("text_arch", "\"clip\"",
                "modern text towers are not supported");
  fields.Refuse("tokenizer_type", "\"\"", "tiktoken is not supported");
  fields.Ignore("tiktoken_name");
  fields.Ignore("bos_id");
  // Of modern text towers.
  for (const char* key :
       {"attention_mode", "pos_embed", "rope_temperature", "mlp_type",
        "norm_type", "norm_eps", "attn_gated", "pre_norm", "norm_placement",
        "zero_init_residual", "reg_tokens", "value_residual", "attention_bias",
        "mlp_bias", "gate_bias"}) {
    fields.Ignore(key);
  }
  // open_clip accepts it for text and uses it nowhere.
  fields.Bool("final_ln_after_pool", false);
  // Adds a second output, the tokens, which no call here returns.
  fields.Bool("output_tokens", false);
}

}  // namespace

absl::StatusOr<TextConfig> ParseTextConfig(const nlohmann::json& json,
                                           bool quick_gelu) {
  TextConfig config;
  JsonFields fields(&json, "model_cfg.text_cfg");
  RefuseUnsupportedText(fields);
  config.variable_text = fields.Bool("variable_text", false);
  config.context_length = fields.Int("context_length", 77, 1, kMaxTextContext);
  config.vocab_size = fields.Int("vocab_size", 49408, 1, kMaxVocabSize);
  ParseTransformer(fields, quick_gelu, config.transformer);
  ParsePool(fields, config);
  ParseHf(fields, json, config);
  config.projection = ParseProjection(fields);
  config.tokenizer = ParseTokenizer(fields, config);
  const absl::Status status = fields.Finish();
  if (!status.ok()) return status;
  return config;
}

}  // namespace clip::model
