#include "model/train/metrics_log.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/atomic_file.h"

namespace clip::model {

void MetricsLog::Restore(int64_t last_step) {
  std::ifstream file(path_);
  for (std::string text; std::getline(file, text);) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("step") ||
        !line["step"].is_number_integer() ||
        line["step"].get<int64_t>() > last_step) {
      continue;
    }
    kept_.push_back(text);
    if (!line.contains("loss") || !line["loss"].is_number()) continue;
    curve_.push_back({line["step"].get<int64_t>(), line["loss"].get<double>()});
  }
}

absl::Status MetricsLog::Start() {
  CLIP_ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(path_));
  for (const std::string& line : kept_) {
    CLIP_RETURN_IF_ERROR(file->Append(line + "\n"));
  }
  return file->Commit();
}

absl::Status MetricsLog::AddStep(int64_t step, int64_t epoch,
                                 const StepReport& report) {
  curve_.push_back({step, report.loss});
  nlohmann::json line = {{"step", step},
                         {"epoch", epoch},
                         {"loss", report.loss},
                         {"lr", report.learning_rate},
                         {"logit_scale", report.logit_scale}};
  for (const auto& [name, value] : report.terms) line[name] = value;
  return Append(line.dump());
}

absl::Status MetricsLog::AddMetrics(
    int64_t step, const std::map<std::string, double>& metrics) {
  nlohmann::json line = {{"step", step}};
  for (const auto& [name, value] : metrics) line[name] = value;
  return Append(line.dump());
}

absl::Status MetricsLog::Append(const std::string& line) const {
  std::ofstream file(path_, std::ios::app);
  file << line << "\n";
  file.flush();
  if (file) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(path_, ": cannot be written"));
}

}  // namespace clip::model
