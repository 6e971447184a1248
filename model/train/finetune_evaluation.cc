#include "model/train/finetune_evaluation.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <c10/core/GradMode.h>

#include <iterator>
#include <utility>

#include "absl/strings/str_replace.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/train/evaluation.h"
#include "model/train/finetune_settings.h"
#include "model/train/pair_loader.h"

namespace clip::model {

absl::StatusOr<FinetuneEvaluation::Metrics> FinetuneEvaluation::Evaluate()
    const {
  Metrics metrics;
  if (data_.val != nullptr) {
    CLIP_ASSIGN_OR_RETURN(const Metrics retrieval, Retrieval());
    metrics.insert(retrieval.begin(), retrieval.end());
  }
  if (data_.zeroshot != nullptr) {
    CLIP_ASSIGN_OR_RETURN(const Metrics accuracy, ZeroShot());
    metrics.insert(accuracy.begin(), accuracy.end());
  }
  return metrics;
}

absl::StatusOr<FinetuneEvaluation::Rows> FinetuneEvaluation::EncodePairs(
    const PairSource& source, bool with_texts) const {
  PairLoaderOptions loader_options =
      MakeLoaderOptions(options_, loaded_, source);
  loader_options.shuffle = false;
  if (!with_texts) loader_options.tokenizer = nullptr;
  loader_options.prepare = [this](std::string_view file, uint64_t /*seed*/,
                                  absl::Span<float> row) {
    return loaded_.preprocessor->PreprocessEncoded(file, row);
  };
  PairLoader loader(loader_options);
  const PreprocessConfig& size = loaded_.config.preprocess;
  Rows rows;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const c10::NoGradGuard no_grad;
    ContrastiveModel& model = *loaded_.model;
    model.eval();
    std::vector<at::Tensor> images;
    std::vector<at::Tensor> texts;
    for (size_t i = 0; i < source.size(); ++i) {
      const LoadedPair pair = loader.Next();
      if (!pair.status.ok()) {
        if (observer_.on_bad_pair) {
          observer_.on_bad_pair(std::string(pair.status.message()));
        }
        continue;
      }
      rows.indices.push_back(pair.index);
      const at::Tensor pixels =
          at::tensor(pair.pixels)
              .view({1, 3, size.image_height, size.image_width});
      images.push_back(model.EncodeImage(pixels.to(device_), true));
      if (!with_texts) continue;
      const std::vector<int64_t> ids(pair.ids.begin(), pair.ids.end());
      texts.push_back(model.EncodeText(
          at::tensor(ids, at::kLong).unsqueeze(0).to(device_), true));
    }
    if (!images.empty()) rows.images = at::cat(images);
    if (!texts.empty()) rows.texts = at::cat(texts);
  }));
  return rows;
}

absl::StatusOr<FinetuneEvaluation::Metrics> FinetuneEvaluation::Retrieval()
    const {
  CLIP_ASSIGN_OR_RETURN(const Rows rows, EncodePairs(*data_.val, true));
  Metrics metrics;
  if (rows.indices.empty()) return metrics;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors(
      [&] { metrics = RetrievalRecall(rows.images, rows.texts); }));
  return metrics;
}

// open_clip's zero-shot classifier over its simple templates.
at::Tensor FinetuneEvaluation::MakeClassifier(
    const std::set<std::string>& classes) const {
  const std::vector<std::string> templates = {
      "itap of a {}.",           "a bad photo of the {}.",
      "a origami {}.",           "a photo of the large {}.",
      "a {} in a video game.",   "art of the {}.",
      "a photo of the small {}."};
  std::vector<at::Tensor> rows;
  for (const std::string& name : classes) {
    std::vector<at::Tensor> ids;
    for (const std::string& text : templates) {
      const auto tokens = loaded_.tokenizer->Tokenize(
          absl::StrReplaceAll(text, {{"{}", name}}));
      if (!tokens.ok()) continue;
      const std::vector<int64_t> row(tokens->ids.begin(), tokens->ids.end());
      ids.push_back(at::tensor(row, at::kLong));
    }
    const at::Tensor mean =
        loaded_.model->EncodeText(at::stack(ids).to(device_), true).mean(0);
    rows.push_back(mean / mean.norm());
  }
  return at::stack(rows);
}

absl::StatusOr<FinetuneEvaluation::Metrics> FinetuneEvaluation::ZeroShot()
    const {
  const CsvPairs& source = *data_.zeroshot;
  CLIP_ASSIGN_OR_RETURN(const Rows rows, EncodePairs(source, false));
  std::set<std::string> classes;
  for (size_t i = 0; i < source.size(); ++i) classes.insert(source.text(i));
  Metrics metrics;
  if (rows.indices.empty()) return metrics;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const c10::NoGradGuard no_grad;
    std::vector<int64_t> labels;
    for (const size_t index : rows.indices) {
      const auto found = classes.find(source.text(index));
      labels.push_back(std::distance(classes.begin(), found));
    }
    const Metrics accuracy =
        ZeroShotAccuracy(rows.images, at::tensor(labels, at::kLong).to(device_),
                         MakeClassifier(classes));
    for (const auto& [name, value] : accuracy) {
      metrics["zeroshot_" + name] = value;
    }
  }));
  return metrics;
}

}  // namespace clip::model
