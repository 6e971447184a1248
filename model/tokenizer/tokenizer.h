#ifndef MODEL_TOKENIZER_TOKENIZER_H_
#define MODEL_TOKENIZER_TOKENIZER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace clip::model {

// One text as the model reads it.
struct TokenizedText {
  // Exactly context_length ids: start of text, tokens, end of text, padding.
  std::vector<int32_t> ids;
  // Ids that are not padding, start and end of text included.
  int token_count = 0;
  // True where tokens beyond the context were cut off.
  bool truncated = false;
};

// Turns strings into rows of token ids, as open_clip's tokenizer of the same
// model does.
//
// Thread-safe: const methods share no mutable state.
//
// Errors: INVALID_ARGUMENT for text that is not UTF-8. The caller bounds the
// length; work is O(n log n) in the bytes of the text.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  virtual absl::StatusOr<TokenizedText> Tokenize(
      std::string_view text) const = 0;

  // Length of every row.
  virtual int context_length() const = 0;

  // The id that fills a row behind its last token.
  virtual int32_t pad_id() const = 0;
};

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_TOKENIZER_H_
