#ifndef MODEL_TOKENIZER_HF_BACKEND_H_
#define MODEL_TOKENIZER_HF_BACKEND_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/tokenizer/tokenizer_files.h"

namespace clip::model {

// Special tokens of a Hugging Face tokenizer, where it has them.
struct HfFacts {
  std::optional<int32_t> pad_id;
  std::optional<int32_t> bos_id;
  std::optional<int32_t> eos_id;
  std::optional<int32_t> sep_id;
  std::optional<int32_t> cls_id;
  // One more than the highest id of a token that is no added one.
  size_t vocabulary_size = 0;
};

// Ids without padding.
struct HfRow {
  std::vector<int32_t> ids;
  bool truncated = false;
};

// Hugging Face's `tokenizers` library, as far as it is used here: what
// transformers 5.23's AutoTokenizer makes of a folder's files.
//
// The library is written in Rust and built where cargo is
// (CLIP_WITH_HF_TOKENIZERS); without it Create answers UNIMPLEMENTED.
//
// Thread-safe: const after construction, no locks.
class HfBackend {
 public:
  // Whether this program was built with the library.
  static bool IsBuilt();

  // A row has at most `max_length` ids, special tokens included; 0 means no
  // limit. Takes a few seconds for the largest vocabularies.
  //
  // Errors: INVALID_ARGUMENT, naming file and key, for a file that is damaged
  // or of a kind that is not supported; UNIMPLEMENTED without the library.
  static absl::StatusOr<std::unique_ptr<HfBackend>> Create(
      const TokenizerFiles& files, int max_length);

  virtual ~HfBackend() = default;

  // The first `capacity` ids of a text (UTF-8). INVALID_ARGUMENT where the
  // library fails.
  virtual absl::StatusOr<HfRow> Encode(std::string_view text,
                                       bool add_special_tokens,
                                       size_t capacity) const = 0;

  virtual const HfFacts& facts() const = 0;
};

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_HF_BACKEND_H_
