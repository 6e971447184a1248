// Says which of some texts fits a picture best: the usage example of
// open_clip's README, in C++ and without a server.
//
//   clip_usage_example MODEL_FOLDER PICTURE TEXT...
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/base/status_macros.h"
#include "model/load_model.h"
#include "model/similarity.h"

namespace {

using clip::model::EmbeddingRows;
using clip::model::LoadedModel;

absl::StatusOr<EmbeddingRows> EmbedPicture(const LoadedModel& model,
                                           const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<float> row(model.image_preprocessor->row_size());
  CLIP_RETURN_IF_ERROR(
      model.image_preprocessor->PreprocessEncoded(bytes, absl::MakeSpan(row)));
  return model.encoder->EncodeImage({absl::Span<const float>(row)});
}

absl::StatusOr<EmbeddingRows> EmbedTexts(const LoadedModel& model,
                                         absl::Span<const std::string> texts) {
  std::vector<std::vector<int32_t>> rows;
  for (const std::string& text : texts) {
    CLIP_ASSIGN_OR_RETURN(auto tokenized, model.tokenizer->Tokenize(text));
    rows.push_back(std::move(tokenized.ids));
  }
  const std::vector<absl::Span<const int32_t>> views(rows.begin(), rows.end());
  return model.encoder->EncodeText(views);
}

void NormalizeRows(EmbeddingRows& rows, size_t embed_dim) {
  for (size_t i = 0; i < rows.size(); i += embed_dim) {
    clip::model::NormalizeRow(absl::MakeSpan(rows).subspan(i, embed_dim));
  }
}

absl::Status PrintProbabilities(const std::string& folder,
                                const std::string& picture,
                                absl::Span<const std::string> texts) {
  clip::model::LoadModelOptions options;
  options.directory = folder;
  CLIP_ASSIGN_OR_RETURN(const LoadedModel model,
                        clip::model::LoadModel(options));
  if (model.tokenizer == nullptr) {
    return absl::UnimplementedError(model.tokenizer_unavailable);
  }
  CLIP_ASSIGN_OR_RETURN(EmbeddingRows image, EmbedPicture(model, picture));
  CLIP_ASSIGN_OR_RETURN(EmbeddingRows text, EmbedTexts(model, texts));
  const clip::model::ModelInfo& info = model.encoder->info();
  NormalizeRows(image, info.embed_dim);
  NormalizeRows(text, info.embed_dim);
  const auto logits = clip::model::SimilarityLogits(
      image, text, info.embed_dim, info.logit_scale, info.logit_bias);
  const auto probabilities = clip::model::SimilarityProbabilities(
      logits, texts.size(), info.logit_bias.has_value());
  for (size_t i = 0; i < texts.size(); ++i) {
    std::cout << 100 * probabilities[i] << " %  " << texts[i] << '\n';
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: clip_usage_example MODEL_FOLDER PICTURE TEXT...\n";
    return 64;
  }
  const std::vector<std::string> texts(argv + 3, argv + argc);
  const absl::Status status = PrintProbabilities(argv[1], argv[2], texts);
  if (status.ok()) return 0;
  std::cerr << status.message() << '\n';
  return 1;
}
