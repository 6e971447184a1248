#include "model/tokenizer/bpe_tokenizer.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/tokenizer/bpe_word.h"
#include "model/tokenizer/text_cleaning.h"
#include "model/tokenizer/utf8_text.h"
#include "model/tokenizer/word_splitter.h"

namespace clip::model {
namespace {

constexpr std::u32string_view kStartOfText = U"<start_of_text>";
constexpr std::u32string_view kEndOfText = U"<end_of_text>";

}  // namespace

absl::StatusOr<std::unique_ptr<BpeTokenizer>> BpeTokenizer::Create(
    const Options& options) {
  if (options.context_length < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "context_length is ", options.context_length, ", must be at least 1"));
  }
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<const text::BpeVocabulary> vocabulary,
                        text::BpeVocabulary::CreateEmbedded());
  return std::unique_ptr<BpeTokenizer>(
      new BpeTokenizer(options, std::move(vocabulary)));
}

BpeTokenizer::BpeTokenizer(
    const Options& options,
    std::unique_ptr<const text::BpeVocabulary> vocabulary)
    : options_(options), vocabulary_(std::move(vocabulary)) {}

absl::StatusOr<TokenizedText> BpeTokenizer::Tokenize(
    std::string_view text) const {
  CLIP_ASSIGN_OR_RETURN(std::u32string cleaned, text::DecodeUtf8(text));
  CLIP_ASSIGN_OR_RETURN(cleaned,
                        text::CleanText(std::move(cleaned), options_.clean));
  TokenizedText row;
  row.ids = Encode(cleaned);
  row.ids.push_back(end_of_text());
  const auto length = static_cast<size_t>(options_.context_length);
  if (row.ids.size() > length) {
    row.truncated = true;
    row.ids.resize(length);
    row.ids.back() = end_of_text();
  }
  row.token_count = static_cast<int>(row.ids.size());
  row.ids.resize(length, pad_id());
  return row;
}

std::vector<int32_t> BpeTokenizer::Encode(std::u32string_view text) const {
  const auto length = static_cast<size_t>(options_.context_length);
  std::vector<int32_t> ids;
  ids.reserve(length + 1);
  ids.push_back(start_of_text());
  text::WordSplitter splitter(text);
  std::u32string_view word;
  while (ids.size() < length && splitter.Next(&word)) AppendWord(word, &ids);
  return ids;
}

void BpeTokenizer::AppendWord(std::u32string_view word,
                              std::vector<int32_t>* ids) const {
  if (word == kStartOfText) return ids->push_back(start_of_text());
  if (word == kEndOfText) return ids->push_back(end_of_text());
  std::string bytes;
  bytes.reserve(word.size());
  for (const char32_t character : word) text::AppendUtf8(character, &bytes);
  text::AppendWordIds(*vocabulary_, bytes, ids);
}

}  // namespace clip::model
