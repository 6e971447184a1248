#ifndef MODEL_TOKENIZER_BPE_TOKENIZER_H_
#define MODEL_TOKENIZER_BPE_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/tokenizer/bpe_vocabulary.h"
#include "model/tokenizer/clean_mode.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::model {

// CLIP's own byte-pair tokenizer, equal to open_clip 3.3.0's SimpleTokenizer
// with Python 3.11 and ftfy 6.3.1 on any UTF-8 text.
//
// A row is start of text, tokens, end of text, zeros. Where that is longer
// than the context it is cut, and its last id is set to the end of text.
// Special tokens written out in the text ("<end_of_text>") count as such, as
// they do in open_clip.
//
// Thread-safe: const after construction, which takes some ten milliseconds;
// an ordinary caption takes microseconds.
//
// INVALID_ARGUMENT, beside text that is not UTF-8, for the texts that
// repair/repair_budget.h refuses.
class BpeTokenizer : public Tokenizer {
 public:
  struct Options {
    // Length of a row in ids. At least 1.
    int context_length = 77;
    CleanMode clean = CleanMode::kLower;
  };

  // INVALID_ARGUMENT where the context length is below 1.
  static absl::StatusOr<std::unique_ptr<BpeTokenizer>> Create(
      const Options& options);

  absl::StatusOr<TokenizedText> Tokenize(std::string_view text) const override;
  int context_length() const override { return options_.context_length; }
  int32_t pad_id() const override { return 0; }

  int32_t start_of_text() const { return vocabulary_->start_of_text(); }
  int32_t end_of_text() const { return vocabulary_->end_of_text(); }

 private:
  BpeTokenizer(const Options& options,
               std::unique_ptr<const text::BpeVocabulary> vocabulary);

  // The ids of a cleaned text, without start and end; may stop early once the
  // row is full.
  std::vector<int32_t> Encode(std::u32string_view text) const;
  void AppendWord(std::u32string_view word, std::vector<int32_t>* ids) const;

  const Options options_;
  const std::unique_ptr<const text::BpeVocabulary> vocabulary_;
};

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_BPE_TOKENIZER_H_
