#include "model/zero_shot/zero_shot_classifier.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/zero_shot/prompt_ensemble.h"
#include "model/zero_shot/prompt_templates.h"

namespace clip::model {
namespace {

absl::Status Annotate(const absl::Status& status, const char* field,
                      size_t index) {
  return absl::Status(status.code(),
                      absl::StrCat(field, "[", index, "]: ", status.message()));
}

absl::Status CheckArguments(absl::Span<const std::string> labels,
                            absl::Span<const std::string_view> templates,
                            size_t batch_size) {
  if (labels.empty()) return absl::InvalidArgumentError("no label");
  if (templates.empty()) return absl::InvalidArgumentError("no template");
  if (batch_size == 0) return absl::InvalidArgumentError("batch_size is 0");
  for (size_t i = 0; i < templates.size(); ++i) {
    const absl::Status status = CheckPromptTemplate(templates[i]);
    if (!status.ok()) return Annotate(status, "templates", i);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<float>> BuildZeroShotClassifier(
    Encoder& encoder, const Tokenizer& tokenizer,
    absl::Span<const std::string> labels,
    absl::Span<const std::string_view> templates, size_t batch_size) {
  CLIP_RETURN_IF_ERROR(CheckArguments(labels, templates, batch_size));
  const size_t embed_dim = encoder.info().embed_dim;
  const size_t prompts = labels.size() * templates.size();
  PromptEnsemble ensemble(labels.size(), templates.size(), embed_dim);
  while (ensemble.added() < prompts) {
    const size_t first = ensemble.added();
    const size_t end = std::min(prompts, first + batch_size);
    std::vector<TokenizedText> texts;
    std::vector<absl::Span<const int32_t>> rows;
    for (size_t i = first; i < end; ++i) {
      const size_t label = i / templates.size();
      absl::StatusOr<TokenizedText> text = tokenizer.Tokenize(
          FillPrompt(templates[i % templates.size()], labels[label]));
      if (!text.ok()) return Annotate(text.status(), "labels", label);
      texts.push_back(*std::move(text));
    }
    for (const TokenizedText& text : texts) rows.emplace_back(text.ids);
    CLIP_ASSIGN_OR_RETURN(const EmbeddingRows embeddings,
                          encoder.EncodeText(rows));
    for (size_t row = 0; row < rows.size(); ++row) {
      ensemble.Add(
          absl::MakeConstSpan(embeddings).subspan(row * embed_dim, embed_dim));
    }
  }
  return ensemble.Weights();
}

}  // namespace clip::model
