#include "model/train/cli/progress_printer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace clip::model {

std::string RenderTraining(const FinetuneObserver::Step& step,
                           double steps_per_second) {
  constexpr int64_t kCells = 20;
  const int64_t total = std::max<int64_t>(step.total_steps, 1);
  const auto filled = static_cast<size_t>(
      std::clamp<int64_t>(step.step * kCells / total, 0, kCells));
  std::string bar(filled, '#');
  bar.append(kCells - filled, '.');
  std::string line =
      absl::StrFormat("[%s] %d %% step %d/%d  loss %.4f  lr %.3g  %.2f steps/s",
                      bar, step.step * 100 / total, step.step, step.total_steps,
                      step.loss, step.learning_rate, steps_per_second);
  if (steps_per_second > 0.0) {
    const double left =
        static_cast<double>(step.total_steps - step.step) / steps_per_second;
    absl::StrAppend(&line, "  ",
                    absl::FormatDuration(
                        absl::Trunc(absl::Seconds(left), absl::Seconds(1))),
                    " left");
  }
  if (step.bad_pairs > 0) absl::StrAppend(&line, "  ", step.bad_pairs, " bad");
  return line;
}

void ProgressPrinter::Step(const FinetuneObserver::Step& step, absl::Time now) {
  if (first_step_ < 0) first_step_ = step.step - 1;
  const double seconds = absl::ToDoubleSeconds(now - start_);
  const double rate =
      seconds > 0.0 ? static_cast<double>(step.step - first_step_) / seconds
                    : 0.0;
  const int64_t every = std::max<int64_t>(step.total_steps / 10, 1);
  if (terminal_) {
    out_ << "\r\x1b[K" << RenderTraining(step, rate) << std::flush;
    drawn_ = true;
    if (step.step == step.total_steps) Note("");
  } else if (step.step % every == 0 || step.step == step.total_steps) {
    out_ << RenderTraining(step, rate) << "\n" << std::flush;
  }
}

void ProgressPrinter::Note(const std::string& message) {
  if (drawn_) out_ << "\n";
  drawn_ = false;
  if (!message.empty()) out_ << message << "\n";
  out_ << std::flush;
}

}  // namespace clip::model
