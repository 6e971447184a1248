#ifndef MODEL_TOKENIZER_CREATE_TOKENIZER_H_
#define MODEL_TOKENIZER_CREATE_TOKENIZER_H_

#include <cstdint>
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
  // Otherwise the tokenizer is read from `directory`, as open_clip reads it
  // from a local folder; the name itself is for messages.
  std::optional<std::string> hf_tokenizer_name;
  std::string directory;
  // Ids the model has. Only a Hugging Face tokenizer is compared with it.
  int vocab_size = 49408;
  // text_cfg.tokenizer_mode: empty or, for a Hugging Face tokenizer, "clips".
  std::string mode;
  // text_cfg.pad_id and, for a tower that pools at it, eos_id, where the config
  // names them; they must be the Hugging Face tokenizer's.
  std::optional<int32_t> pad_id;
  std::optional<int32_t> eos_id;
  // The keys of text_cfg.tokenizer_kwargs. `clean` is "lower" (the default of
  // CLIP's own), "whitespace" (of the others), "canonicalize" or
  // "whitespace_underscore"; empty means the default.
  std::string clean;
  bool strip_sep_token = false;
  std::string reduction_mask;
  std::vector<std::string> additional_special_tokens;
};

// The tokenizer of the model.
//
// Errors: UNIMPLEMENTED, with its name, for what only Python has so far
// (reduction masks, which are random and made for training, and additional
// special tokens), for a Hugging Face tokenizer whose files are not in the
// folder, and for every one where the program was built without that library.
// INVALID_ARGUMENT for a context length below 1, an unknown clean or tokenizer
// mode, and files that make no tokenizer of this model.
absl::StatusOr<std::unique_ptr<Tokenizer>> CreateTokenizer(
    const TokenizerOptions& options);

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_CREATE_TOKENIZER_H_
