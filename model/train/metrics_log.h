#ifndef MODEL_TRAIN_METRICS_LOG_H_
#define MODEL_TRAIN_METRICS_LOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "model/train/loss_plot.h"
#include "model/train/trainer.h"

namespace clip::model {

// A run's metrics.jsonl: a JSON object a line, for each step and each
// evaluation, each on the disk before the next step. Not thread-safe.
class MetricsLog {
 public:
  explicit MetricsLog(std::string path) : path_(std::move(path)) {}

  // Keeps an earlier run's lines up to `last_step`, where its checkpoint is:
  // what it did after that is done again. A line that is damaged is dropped.
  void Restore(int64_t last_step);

  // Writes the file anew with the lines kept. Errors, here and below:
  // INVALID_ARGUMENT and RESOURCE_EXHAUSTED, naming the file.
  absl::Status Start();

  absl::Status AddStep(int64_t step, int64_t epoch, const StepReport& report);
  absl::Status AddMetrics(int64_t step,
                          const std::map<std::string, double>& metrics);

  // The losses of all steps, those kept included.
  const std::vector<LossPoint>& curve() const { return curve_; }

 private:
  absl::Status Append(const std::string& line) const;

  const std::string path_;
  std::vector<std::string> kept_;
  std::vector<LossPoint> curve_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_METRICS_LOG_H_
