#include "model/tokenizer/create_tokenizer.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/base/status_macros.h"
#include "model/tokenizer/bpe_tokenizer.h"
#include "model/tokenizer/clean_mode.h"

namespace clip::model {
namespace {

absl::StatusOr<CleanMode> ParseCleanMode(std::string_view name) {
  if (name == "lower") return CleanMode::kLower;
  if (name == "whitespace") return CleanMode::kWhitespace;
  if (name == "canonicalize") return CleanMode::kCanonicalize;
  return absl::InvalidArgumentError(
      absl::StrCat("tokenizer_kwargs.clean is \"", std::string(name),
                   "\", must be lower, whitespace or canonicalize"));
}

absl::Status CheckSupported(const TokenizerOptions& options) {
  if (!options.hf_tokenizer_name.value_or("").empty()) {
    return absl::UnimplementedError(absl::StrCat(
        "the Hugging Face tokenizer \"", *options.hf_tokenizer_name,
        "\" is not supported, only CLIP's own byte-pair tokenizer"));
  }
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

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> CreateTokenizer(
    const TokenizerOptions& options) {
  CLIP_RETURN_IF_ERROR(CheckSupported(options));
  BpeTokenizer::Options bpe;
  bpe.context_length = options.context_length;
  CLIP_ASSIGN_OR_RETURN(bpe.clean, ParseCleanMode(options.clean));
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer,
                        BpeTokenizer::Create(bpe));
  return tokenizer;
}

}  // namespace clip::model
