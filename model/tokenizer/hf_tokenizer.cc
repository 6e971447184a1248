#include "model/tokenizer/hf_tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/tokenizer/text_cleaning.h"
#include "model/tokenizer/utf8_text.h"

namespace clip::model {
namespace {

// bos, eos and cls.
constexpr int kClipsTokens = 3;

absl::StatusOr<std::string> Clean(std::string_view text, CleanMode mode) {
  CLIP_ASSIGN_OR_RETURN(std::u32string cleaned, text::DecodeUtf8(text));
  CLIP_ASSIGN_OR_RETURN(cleaned, text::CleanText(std::move(cleaned), mode));
  std::string bytes;
  bytes.reserve(cleaned.size());
  for (const char32_t character : cleaned) text::AppendUtf8(character, &bytes);
  return bytes;
}

absl::Status Lacks(std::string_view token, std::string_view needed_by) {
  return absl::InvalidArgumentError(
      absl::StrCat("tokenizer_config.json: ", std::string(token),
                   ": is not set, and ", std::string(needed_by), " needs it"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HfTokenizer>> HfTokenizer::Create(
    const TokenizerFiles& files, const Options& options) {
  if (options.context_length < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "context_length is ", options.context_length, ", must be at least 1"));
  }
  // In clips mode a text is cut here, always behind, whatever side the files
  // name.
  const int max_length =
      options.mode == Mode::kClips ? 0 : options.context_length;
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<HfBackend> backend,
                        HfBackend::Create(files, max_length));
  std::unique_ptr<HfTokenizer> tokenizer(
      new HfTokenizer(options, std::move(backend)));
  CLIP_RETURN_IF_ERROR(tokenizer->CheckTokenizer());
  return tokenizer;
}

HfTokenizer::HfTokenizer(const Options& options,
                         std::unique_ptr<HfBackend> backend)
    : options_(options), backend_(std::move(backend)) {}

absl::Status HfTokenizer::CheckTokenizer() const {
  const HfFacts& facts = backend_->facts();
  if (!facts.pad_id.has_value()) return Lacks("pad_token", "a row");
  if (options_.strip_sep_token && !facts.sep_id.has_value()) {
    return Lacks("sep_token", "strip_sep_token");
  }
  if (options_.mode == Mode::kClips) {
    constexpr std::string_view kMode = "tokenizer_mode clips";
    if (!facts.bos_id.has_value()) return Lacks("bos_token", kMode);
    if (!facts.eos_id.has_value()) return Lacks("eos_token", kMode);
    if (!facts.cls_id.has_value()) return Lacks("cls_token", kMode);
    if (options_.context_length < kClipsTokens) {
      return absl::InvalidArgumentError("context_length: is too short");
    }
  }
  if (facts.vocabulary_size > static_cast<size_t>(options_.vocab_size)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the tokenizer has ", facts.vocabulary_size,
                     " ids, the model only ", options_.vocab_size));
  }
  // What is in every row must be in the model's vocabulary as well.
  return Tokenize("").status();
}

absl::Status HfTokenizer::CheckIds(const std::vector<int32_t>& ids) const {
  const auto id = std::find_if(ids.begin(), ids.end(), [this](int32_t id) {
    return id >= options_.vocab_size;
  });
  if (id == ids.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the tokenizer gives the id ",
                                                 *id, ", the model has only ",
                                                 options_.vocab_size));
}

absl::StatusOr<TokenizedText> HfTokenizer::Tokenize(
    std::string_view text) const {
  CLIP_ASSIGN_OR_RETURN(const std::string cleaned, Clean(text, options_.clean));
  CLIP_ASSIGN_OR_RETURN(TokenizedText row, options_.mode == Mode::kClips
                                               ? TokenizeClips(cleaned)
                                               : TokenizeStandard(cleaned));
  CLIP_RETURN_IF_ERROR(CheckIds(row.ids));
  return row;
}

absl::StatusOr<TokenizedText> HfTokenizer::TokenizeStandard(
    std::string_view text) const {
  const auto length = static_cast<size_t>(options_.context_length);
  CLIP_ASSIGN_OR_RETURN(HfRow encoded, backend_->Encode(text, true, length));
  TokenizedText row;
  row.ids = std::move(encoded.ids);
  row.truncated = encoded.truncated;
  row.token_count = static_cast<int>(row.ids.size());
  if (options_.strip_sep_token) {
    for (int32_t& id : row.ids) {
      if (id != *backend_->facts().sep_id) continue;
      id = pad_id();
      --row.token_count;
    }
  }
  row.ids.resize(length, pad_id());
  return row;
}

absl::StatusOr<TokenizedText> HfTokenizer::TokenizeClips(
    std::string_view text) const {
  const auto length = static_cast<size_t>(options_.context_length);
  CLIP_ASSIGN_OR_RETURN(const HfRow body,
                        backend_->Encode(text, false, length - kClipsTokens));
  const HfFacts& facts = backend_->facts();
  TokenizedText row;
  row.ids.reserve(length);
  row.ids.push_back(*facts.bos_id);
  row.ids.insert(row.ids.end(), body.ids.begin(), body.ids.end());
  row.ids.push_back(*facts.eos_id);
  row.ids.resize(length - 1, pad_id());
  row.ids.push_back(*facts.cls_id);
  row.truncated = body.truncated;
  row.token_count = static_cast<int>(body.ids.size()) + kClipsTokens;
  return row;
}

std::optional<int32_t> HfTokenizer::end_of_text() const {
  const HfFacts& facts = backend_->facts();
  return facts.eos_id.has_value() ? facts.eos_id : facts.sep_id;
}

}  // namespace clip::model
