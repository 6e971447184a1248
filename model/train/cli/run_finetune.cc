#include "model/train/cli/run_finetune.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "model/train/cli/finetune_flags.h"
#include "model/train/cli/progress_printer.h"

namespace clip::model {
namespace {

int Fail(std::ostream& err, const absl::Status& status) {
  err << "clip_finetune: error: " << std::string(status.message()) << "\n";
  const bool usage =
      absl::IsInvalidArgument(status) || absl::IsNotFound(status);
  return usage ? 2 : 1;
}

}  // namespace

int RunFinetune(const std::vector<std::string>& arguments, std::ostream& out,
                std::ostream& err, bool err_is_terminal) {
  const auto command = ParseFinetuneFlags(arguments);
  if (!command.ok()) return Fail(err, command.status());
  if (command->print_and_exit.has_value()) {
    out << *command->print_and_exit;
    return 0;
  }
  ProgressPrinter printer(err, err_is_terminal, absl::Now());
  FinetuneObserver observer;
  observer.on_step = [&](const FinetuneObserver::Step& step) {
    printer.Step(step, absl::Now());
  };
  observer.on_note = [&](const std::string& note) { printer.Note(note); };
  observer.on_bad_pair = [&](const std::string& message) {
    printer.Note("skipped " + message);
  };
  observer.on_metrics = [&](int64_t step,
                            const std::map<std::string, double>& metrics) {
    std::string line = absl::StrCat("step ", step, ":");
    for (const auto& [name, value] : metrics) {
      absl::StrAppend(&line, absl::StrFormat("  %s %.4f", name, value));
    }
    printer.Note(line);
  };
  const absl::Status status = Finetune(command->options, observer);
  printer.Note("");
  if (!status.ok()) return Fail(err, status);
  out << "wrote " << command->options.output << "\n";
  return 0;
}

}  // namespace clip::model
