#include "model/train/cli/run_finetune.h"

#include <cstdlib>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "model/train/cli/finetune_flags.h"
#include "model/train/cli/launch_processes.h"
#include "model/train/cli/progress_printer.h"
#include "model/train/cli/torchrun_environment.h"

namespace clip::model {
namespace {

int Fail(std::ostream& err, const absl::Status& status) {
  err << "clip_finetune: error: " << std::string(status.message()) << "\n";
  const bool usage =
      absl::IsInvalidArgument(status) || absl::IsNotFound(status);
  return usage ? 2 : 1;
}

// Says which of several processes an error is of.
absl::Status OfRank(const ProcessGroupOptions& processes,
                    const absl::Status& status) {
  if (processes.world_size == 1) return status;
  // As a group's own do.
  if (absl::StartsWith(status.message(), "rank ")) return status;
  return absl::Status(status.code(), absl::StrCat("rank ", processes.rank, ": ",
                                                  status.message()));
}

// Borrows the printer. Bad pairs are told by the process that reads them.
FinetuneObserver MakeObserver(ProgressPrinter& printer, bool first) {
  FinetuneObserver observer;
  observer.on_bad_pair = [&](const std::string& message) {
    printer.Note("skipped " + message);
  };
  if (!first) return observer;
  observer.on_step = [&](const FinetuneObserver::Step& step) {
    printer.Step(step, absl::Now());
  };
  observer.on_note = [&](const std::string& note) { printer.Note(note); };
  observer.on_metrics = [&](int64_t step,
                            const std::map<std::string, double>& metrics) {
    std::string line = absl::StrCat("step ", step, ":");
    for (const auto& [name, value] : metrics) {
      absl::StrAppend(&line, absl::StrFormat("  %s %.4f", name, value));
    }
    printer.Note(line);
  };
  return observer;
}

}  // namespace

int RunFinetune(const std::vector<std::string>& arguments, std::ostream& out,
                std::ostream& err, bool err_is_terminal) {
  auto command = ParseFinetuneFlags(arguments);
  if (!command.ok()) return Fail(err, command.status());
  if (command->print_and_exit.has_value()) {
    out << *command->print_and_exit;
    return 0;
  }
  auto processes = ReadTorchrunEnvironment(std::getenv);
  if (!processes.ok()) return Fail(err, processes.status());
  // Those that were started have a world.
  if (command->nproc > 1 && processes->world_size == 1) {
    LaunchOptions launch;
    launch.arguments = arguments;
    launch.processes = command->nproc;
    return LaunchProcesses(launch, err);
  }
  processes->timeout = command->options.processes.timeout;
  command->options.processes = *processes;
  const bool first = processes->rank == 0;
  ProgressPrinter printer(err, err_is_terminal, absl::Now());
  const absl::Status status =
      Finetune(command->options, MakeObserver(printer, first));
  printer.Note("");
  if (!status.ok()) return Fail(err, OfRank(*processes, status));
  if (first) out << "wrote " << command->options.output << "\n";
  return 0;
}

}  // namespace clip::model
