#ifndef MODEL_TRAIN_FINETUNE_EVALUATION_H_
#define MODEL_TRAIN_FINETUNE_EVALUATION_H_

#include <ATen/core/TensorBody.h>
#include <c10/core/Device.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/train/finetune.h"
#include "model/train/finetune_data.h"
#include "model/train/trainable_model.h"

namespace clip::model {

// Judges a model by the data sets of a run, as it stands. Pictures that cannot
// be read are left out and reported. Not thread-safe.
class FinetuneEvaluation {
 public:
  using Metrics = std::map<std::string, double>;

  // Borrows all of them. The model is loaded.model.
  FinetuneEvaluation(const FinetuneOptions& options,
                     const FinetuneObserver& observer,
                     const TrainableModel& loaded, const FinetuneData& data,
                     c10::Device device)
      : options_(options),
        observer_(observer),
        loaded_(loaded),
        data_(data),
        device_(device) {}

  // Retrieval recall over the validation pairs and zero-shot accuracy, by
  // name; empty where there is neither. Leaves the model in eval mode. Errors:
  // as CatchTorchErrors makes them.
  absl::StatusOr<Metrics> Evaluate() const;

 private:
  struct Rows {
    at::Tensor images;
    at::Tensor texts;
    // Of the source, a row each.
    std::vector<size_t> indices;
  };

  absl::StatusOr<Metrics> Retrieval() const;
  absl::StatusOr<Metrics> ZeroShot() const;
  absl::StatusOr<Rows> EncodePairs(const PairSource& source,
                                   bool with_texts) const;
  at::Tensor MakeClassifier(const std::set<std::string>& classes) const;

  const FinetuneOptions& options_;
  const FinetuneObserver& observer_;
  const TrainableModel& loaded_;
  const FinetuneData& data_;
  const c10::Device device_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_FINETUNE_EVALUATION_H_
