#include "model/tokenizer/create_tokenizer.h"

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/base/status_macros.h"
#include "model/tokenizer/bpe_tokenizer.h"
#include "model/tokenizer/clean_mode.h"
#include "model/tokenizer/hf_backend.h"
#include "model/tokenizer/hf_tokenizer.h"
#include "model/tokenizer/tokenizer_files.h"

namespace clip::model {
namespace {

absl::StatusOr<CleanMode> ParseCleanMode(std::string_view name,
                                         CleanMode default_mode) {
  if (name.empty()) return default_mode;
  if (name == "lower") return CleanMode::kLower;
  if (name == "whitespace") return CleanMode::kWhitespace;
  if (name == "canonicalize") return CleanMode::kCanonicalize;
  if (name == "whitespace_underscore") return CleanMode::kWhitespaceUnderscore;
  return absl::InvalidArgumentError(absl::StrCat(
      "tokenizer_kwargs.clean is \"", std::string(name),
      "\", must be lower, whitespace, canonicalize or whitespace_underscore"));
}

absl::StatusOr<HfTokenizer::Mode> ParseMode(std::string_view name) {
  if (name.empty()) return HfTokenizer::Mode::kStandard;
  if (name == "clips") return HfTokenizer::Mode::kClips;
  return absl::InvalidArgumentError(absl::StrCat(
      "tokenizer_mode is \"", std::string(name), "\", must be clips"));
}

absl::Status CheckSupported(const TokenizerOptions& options) {
  if (!options.reduction_mask.empty()) {
    return absl::UnimplementedError(
        absl::StrCat("tokenizer_kwargs.reduction_mask \"",
                     options.reduction_mask, "\" is not supported"));
  }
  if (!options.additional_special_tokens.empty()) {
    return absl::UnimplementedError(absl::StrCat(
        "tokenizer_kwargs.additional_special_tokens is not supported: ",
        absl::StrJoin(options.additional_special_tokens, ", ")));
  }
  return absl::OkStatus();
}

// The config and the tokenizer must mean the same: masks and pooling look for
// the config's id in the tokenizer's rows.
absl::Status CheckSame(std::string_view key, std::optional<int32_t> config,
                       std::optional<int32_t> tokenizer) {
  if (!config.has_value() || !tokenizer.has_value() || *config == *tokenizer) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("model_cfg.text_cfg.", std::string(key), " is ", *config,
                   ", the tokenizer's is ", *tokenizer));
}

absl::StatusOr<TokenizerFiles> ReadFiles(const TokenizerOptions& options) {
  if (!HfBackend::IsBuilt()) {
    const auto reason = HfBackend::Create({}, 1).status();
    return absl::UnimplementedError(
        absl::StrCat("the Hugging Face tokenizer \"",
                     *options.hf_tokenizer_name, "\": ", reason.message()));
  }
  auto files = ReadTokenizerFiles(options.directory);
  if (!absl::IsNotFound(files.status())) return files;
  return absl::UnimplementedError(
      absl::StrCat("the Hugging Face tokenizer \"", *options.hf_tokenizer_name,
                   "\": ", files.status().message()));
}

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateHf(
    const TokenizerOptions& options) {
  HfTokenizer::Options hf;
  hf.context_length = options.context_length;
  hf.vocab_size = options.vocab_size;
  hf.strip_sep_token = options.strip_sep_token;
  CLIP_ASSIGN_OR_RETURN(hf.clean,
                        ParseCleanMode(options.clean, CleanMode::kWhitespace));
  CLIP_ASSIGN_OR_RETURN(hf.mode, ParseMode(options.mode));
  CLIP_ASSIGN_OR_RETURN(const TokenizerFiles files, ReadFiles(options));
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<HfTokenizer> tokenizer,
                        HfTokenizer::Create(files, hf));
  CLIP_RETURN_IF_ERROR(
      CheckSame("pad_id", options.pad_id, tokenizer->pad_id()));
  CLIP_RETURN_IF_ERROR(
      CheckSame("eos_id", options.eos_id, tokenizer->end_of_text()));
  return tokenizer;
}

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateBpe(
    const TokenizerOptions& options) {
  BpeTokenizer::Options bpe;
  bpe.context_length = options.context_length;
  CLIP_ASSIGN_OR_RETURN(bpe.clean,
                        ParseCleanMode(options.clean, CleanMode::kLower));
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer,
                        BpeTokenizer::Create(bpe));
  return tokenizer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateTokenizer(
    const TokenizerOptions& options) {
  CLIP_RETURN_IF_ERROR(CheckSupported(options));
  return options.hf_tokenizer_name.value_or("").empty() ? CreateBpe(options)
                                                        : CreateHf(options);
}

}  // namespace clip::model
