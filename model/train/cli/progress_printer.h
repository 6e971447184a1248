#ifndef MODEL_TRAIN_CLI_PROGRESS_PRINTER_H_
#define MODEL_TRAIN_CLI_PROGRESS_PRINTER_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "model/train/finetune.h"

namespace clip::model {

// One line that says how far a run is, for example
//   [######......] 50 % step 10/20  loss 1.2345  lr 1e-05  2.5 steps/s  4s left
std::string RenderTraining(const FinetuneObserver::Step& step,
                           double steps_per_second);

// Shows a run: a line over itself on a terminal, else a plain line every tenth
// of the run. Time is an argument. Not thread-safe.
class ProgressPrinter {
 public:
  // Borrows the stream.
  ProgressPrinter(std::ostream& out, bool terminal, absl::Time start)
      : out_(out), terminal_(terminal), start_(start) {}

  void Step(const FinetuneObserver::Step& step, absl::Time now);
  // A line of its own.
  void Note(const std::string& message);

 private:
  std::ostream& out_;
  const bool terminal_;
  const absl::Time start_;
  // Of the first step that this process made.
  int64_t first_step_ = -1;
  bool drawn_ = false;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_CLI_PROGRESS_PRINTER_H_
