#ifndef MODEL_CONFIG_HF_MODEL_CONFIG_H_
#define MODEL_CONFIG_HF_MODEL_CONFIG_H_

#include <cstdint>

namespace clip::model {

// A class of transformers, by its model_type.
enum class HfArchitecture {
  kBert,
  // Also xlm-roberta, which differs in size only.
  kRoberta,
  // The encoder of mt5.
  kMt5,
  // The encoder of m2m_100, which NLLB is.
  kM2m100,
  kModernBert,
};

// The part of a transformers config.json that decides shapes and numbers. A
// plain value; names are those of BertConfig where architectures differ.
struct HfModelConfig {
  HfArchitecture architecture = HfArchitecture::kBert;
  int vocab_size = 30522;
  int hidden_size = 768;
  int num_hidden_layers = 12;
  int num_attention_heads = 12;
  int intermediate_size = 3072;
  // Rows of the table of positions; for the architectures without a table, the
  // longest text that the model was made for.
  int max_position_embeddings = 512;
  // The id that is masked wherever it stands.
  int pad_token_id = 0;
  double layer_norm_eps = 1e-12;

  // kBert and kRoberta.
  int type_vocab_size = 2;
  // kMt5: the width of a head, which hidden_size does not decide there.
  int d_kv = 64;
  // kModernBert: a layer in this many sees the whole text, the others this many
  // positions around each.
  int global_attn_every_n_layers = 3;
  int local_attention = 128;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_HF_MODEL_CONFIG_H_
