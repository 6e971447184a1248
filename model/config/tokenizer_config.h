#ifndef MODEL_CONFIG_TOKENIZER_CONFIG_H_
#define MODEL_CONFIG_TOKENIZER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>

namespace clip::model {

// What `text_cfg` says of the tokenizer. A plain value.
struct TokenizerConfig {
  // Ids a row; the model's context length.
  int context_length = 77;
  // Rows of the model's embedding table; a tokenizer must not exceed it.
  int vocab_size = 49408;
  // Empty: CLIP's own byte-pair tokenizer.
  std::string hf_tokenizer_name;
  // `tokenizer_mode`; empty: the usual one.
  std::string mode;
  // `pad_id`, and `eos_id` where the tower pools at it, where the config names
  // them: what the tokenizer must use.
  std::optional<int32_t> pad_id;
  std::optional<int32_t> eos_id;
  // tokenizer_kwargs.clean; empty: the tokenizer's default.
  std::string clean;
  // tokenizer_kwargs.language, which has no effect: transformers goes back to
  // the language of the tokenizer's files at each call.
  std::string language;
  // tokenizer_kwargs.strip_sep_token: separators become padding.
  bool strip_sep_token = false;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_TOKENIZER_CONFIG_H_
