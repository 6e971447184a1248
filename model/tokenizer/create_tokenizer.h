#ifndef MODEL_TOKENIZER_CREATE_TOKENIZER_H_
#define MODEL_TOKENIZER_CREATE_TOKENIZER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::model {

// What a model's text_cfg says about its tokenizer; names and defaults are
// open_clip's.
struct TokenizerOptions {
  // Length of a row in ids.
  int context_length = 77;
  // text_cfg.hf_tokenizer_name; unset or empty means CLIP's own tokenizer.
  std::optional<std::string> hf_tokenizer_name;
  // The keys of text_cfg.tokenizer_kwargs.
  std::string clean = "lower";  // or "whitespace" or "canonicalize"
  std::string reduction_mask;
  std::vector<std::string> additional_special_tokens;
};

// The tokenizer of the model. UNIMPLEMENTED for what only Python has so far,
// with its name: Hugging Face tokenizers, reduction masks (random, made for
// training), additional special tokens. INVALID_ARGUMENT for a context length
// below 1 and for an unknown clean mode.
absl::StatusOr<std::unique_ptr<Tokenizer>> CreateTokenizer(
    const TokenizerOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_CREATE_TOKENIZER_H_
