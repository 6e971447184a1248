#ifndef MODEL_TOKENIZER_HF_TOKENIZER_H_
#define MODEL_TOKENIZER_HF_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/tokenizer/clean_mode.h"
#include "model/tokenizer/hf_backend.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::model {

// open_clip's HFTokenizer: cleans a text and hands it to a Hugging Face
// tokenizer, which decides how a row begins and ends. Rows are padded on the
// right.
//
// Thread-safe: const after construction, no locks.
//
// INVALID_ARGUMENT, beside text that is not UTF-8, for the texts that
// repair/repair_budget.h refuses and for those whose ids the model does not
// have.
class HfTokenizer : public Tokenizer {
 public:
  enum class Mode {
    // The tokenizer's own special tokens.
    kStandard,
    // bos, text, eos, padding, and cls in the last position (`clips`).
    kClips,
  };

  struct Options {
    // Length of a row in ids.
    int context_length = 77;
    // Ids the model has; a tokenizer that gives others does not belong to it.
    int vocab_size = 49408;
    CleanMode clean = CleanMode::kWhitespace;
    Mode mode = Mode::kStandard;
    // Puts padding where the tokenizer puts sep (CLIPA).
    bool strip_sep_token = false;
  };

  // Errors: INVALID_ARGUMENT, naming file and key, where the files make no
  // tokenizer, where it lacks a special token that the options need, or where
  // it has more ids than the model; UNIMPLEMENTED where this program was built
  // without the library.
  static absl::StatusOr<std::unique_ptr<HfTokenizer>> Create(
      const TokenizerFiles& files, const Options& options);

  absl::StatusOr<TokenizedText> Tokenize(std::string_view text) const override;
  int context_length() const override { return options_.context_length; }
  int32_t pad_id() const override { return *backend_->facts().pad_id; }

  // open_clip's eot_token_id: eos, or sep where there is no eos.
  std::optional<int32_t> end_of_text() const;

 private:
  HfTokenizer(const Options& options, std::unique_ptr<HfBackend> backend);

  absl::Status CheckTokenizer() const;
  absl::Status CheckIds(const std::vector<int32_t>& ids) const;
  absl::StatusOr<TokenizedText> TokenizeStandard(std::string_view text) const;
  absl::StatusOr<TokenizedText> TokenizeClips(std::string_view text) const;

  const Options options_;
  const std::unique_ptr<const HfBackend> backend_;
};

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_HF_TOKENIZER_H_
