#include "client/cli/load_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"
#include "client/cli/interrupt_watch.h"
#include "client/cli/load_session.h"
#include "client/cli/read_bounded.h"
#include "client/cli/report_file.h"
#include "client/cli/table_cell.h"
#include "client/load/clip_target.h"
#include "client/load/http_get.h"
#include "client/load/report_compare.h"
#include "client/load/report_csv.h"
#include "client/load/report_html.h"
#include "client/load/report_json.h"
#include "client/load/report_png.h"

namespace clip::client {
namespace {

constexpr absl::Duration kMetricsTimeout = absl::Seconds(5);
constexpr size_t kMaxReportBytes = 256 << 20;
constexpr size_t kMaxLabelWidth = 40;

// The files that a report goes to.
struct ReportFiles {
  ReportFile json;
  ReportFile csv;
  ReportFile html;
  ReportFile png;

  absl::Status Open() {
    for (ReportFile* file : {&json, &csv, &html, &png}) {
      absl::Status opened = file->Open();
      if (!opened.ok()) return opened;
    }
    return absl::OkStatus();
  }

  // Writes all that can be written, and says what cannot.
  bool Write(const load::LoadReport& report, Console& console) {
    bool written = true;
    for (const absl::Status& status :
         {json.Write(load::ReportJson(report)),
          csv.Write(load::ReportCsv(report)),
          html.Write(load::ReportHtml(report)), WritePng(report)}) {
      if (status.ok()) continue;
      PrintError(console, std::string(status.message()));
      written = false;
    }
    return written;
  }

  // A picture costs a second to draw: only where it is wanted.
  absl::Status WritePng(const load::LoadReport& report) {
    if (!png.is_wanted()) return absl::OkStatus();
    const auto picture = load::ReportPng(report);
    return picture.ok() ? png.Write(*picture) : picture.status();
  }
};

load::ClipTarget::Options TargetOptions(const LoadFlags& flags,
                                        const LoadPlan& plan,
                                        ClipClientOptions client) {
  const load::Mix& mix = plan.workload.mix();
  load::ClipTarget::Options options;
  options.client = std::move(client);
  options.connections = flags.connections;
  options.model = flags.model;
  options.min_cosine = flags.min_cosine;
  for (size_t i = 0; i < load::kCallKindCount; ++i) {
    options.streams =
        options.streams ||
        (mix[i] > 0 && IsStreamed(static_cast<load::CallKind>(i)));
  }
  return options;
}

absl::Status LearnAnswers(const LoadPlan& plan, load::ClipTarget& target) {
  using load::CallKind;
  const load::Mix& mix = plan.workload.mix();
  const auto has = [&mix](CallKind kind) {
    return mix[static_cast<size_t>(kind)] > 0;
  };
  if (has(CallKind::kImage) || has(CallKind::kStreamImage)) {
    absl::Status learnt = target.LearnPictures();
    if (!learnt.ok()) return learnt;
  }
  if (has(CallKind::kText) || has(CallKind::kStreamText)) {
    return target.LearnTexts();
  }
  return absl::OkStatus();
}

int UsageError(Console& console, const absl::Status& why) {
  PrintError(console, std::string(why.message()));
  return kExitUsage;
}

}  // namespace

CLI::App* LoadCommand::AddTo(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "load", "Measure what a server can take and how quick it is.");
  // What a user asks for, and no more: retries hide what a server did.
  connection_.max_attempts = 1;
  connection_.AddTo(*command);
  flags_.AddTo(*command);
  CLI::App* compare = command->add_subcommand(
      "compare", "Say whether the second report is worse than the first.");
  compare->add_option("BEFORE", before_file_, "a file that --json wrote")
      ->required();
  compare->add_option("AFTER", after_file_, "another one")->required();
  compare
      ->add_option("--tolerance", tolerance_,
                   "part by which a figure may be worse")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  app_ = command;
  compare_app_ = compare;
  return command;
}

int LoadCommand::Run(Console& console) {
  if (compare_app_->parsed()) return Compare(console);
  const absl::StatusOr<ClipClientOptions> client = connection_.Options();
  if (!client.ok()) return UsageError(console, client.status());
  absl::StatusOr<LoadPlan> plan = PlanLoad(
      flags_, static_cast<size_t>(connection_.max_message_bytes), console.in);
  if (!plan.ok()) return UsageError(console, plan.status());
  return Load(*std::move(plan), *client, console);
}

int LoadCommand::Load(LoadPlan plan, ClipClientOptions client,
                      Console& console) {
  load::ClipTarget::Options options =
      TargetOptions(flags_, plan, std::move(client));
  const auto target =
      load::ClipTarget::Create(std::move(options), std::move(plan.corpus));
  if (!target.ok()) return UsageError(console, target.status());
  if (!flags_.png_file.empty() && !load::CanDrawPng()) {
    return UsageError(console, absl::UnimplementedError(
                                   "--png: this build has no cairo to draw "
                                   "with; --html has the same plots"));
  }
  ReportFiles files{ReportFile(flags_.json_file), ReportFile(flags_.csv_file),
                    ReportFile(flags_.html_file), ReportFile(flags_.png_file)};
  const absl::Status opened = files.Open();
  if (!opened.ok()) return UsageError(console, opened);
  const absl::Status connected = (*target)->Connect();
  if (!connected.ok()) {
    return ReportCallFailure(console, connection_.server, connected);
  }
  for (KnownAnswer& answer : plan.known) {
    (*target)->Know(answer.kind, answer.id, std::move(answer.embedding));
  }
  if (flags_.check_answers) {
    const absl::Status learnt = LearnAnswers(plan, **target);
    if (!learnt.ok()) {
      return ReportCallFailure(console, connection_.server, learnt);
    }
  }
  LoadSession::Environment environment;
  if (!flags_.metrics_address.empty()) {
    environment.metrics = [this] {
      return load::HttpGet(flags_.metrics_address, "/metrics", kMetricsTimeout);
    };
    const absl::Status metrics = environment.metrics().status();
    if (!metrics.ok()) return UsageError(console, metrics);
  }
  const std::unique_ptr<load::LoadClock> clock = load::NewRealLoadClock();
  const InterruptWatch watch;
  environment.clock = clock.get();
  environment.target = target->get();
  environment.interrupted = [&watch] { return watch.interrupted(); };
  LoadSession session(flags_, std::move(environment), &console);
  load::LoadReport report = session.MakeRuns(plan);
  report.config = FlagValues(*app_);
  if (!report.partial_reason.empty()) {
    PrintError(console, report.partial_reason + "; the report is partial");
  }
  return files.Write(report, console) ? ExitCodeOf(report) : kExitRefused;
}

int LoadCommand::Compare(Console& console) const {
  const auto before = ReadFileBounded(before_file_, kMaxReportBytes);
  if (!before.ok()) return UsageError(console, before.status());
  const auto after = ReadFileBounded(after_file_, kMaxReportBytes);
  if (!after.ok()) return UsageError(console, after.status());
  const auto changes = load::CompareReports(*before, *after, tolerance_);
  if (!changes.ok()) {
    PrintError(console,
               Printable(std::string(changes.status().message()), 500));
    return changes.status().code() == absl::StatusCode::kFailedPrecondition
               ? kExitSomeFailed
               : kExitUsage;
  }
  bool is_worse = false;
  for (const load::FigureChange& change : *changes) {
    const double growth =
        change.before > 0 ? 100 * (change.after / change.before - 1) : 0;
    console.out << fmt::format(
        "{:<24} {:<14} {:>10.2f} -> {:>10.2f} {:>+7.1f} %{}\n",
        Printable(change.run, kMaxLabelWidth), change.figure, change.before,
        change.after, growth, change.is_regression ? "  WORSE" : "");
    is_worse = is_worse || change.is_regression;
  }
  console.out << (is_worse ? "worse" : "not worse") << std::endl;
  return is_worse ? kExitSomeFailed : kExitSuccess;
}

int ExitCodeOf(const load::LoadReport& report) {
  bool is_good = report.partial_reason.empty() && report.is_valid() &&
                 (!report.searched || report.highest_rate.has_value());
  for (const load::RunReport& run : report.runs) {
    if (run.result.end == load::RunEnd::kServerGone) return kExitUnreachable;
    if (run.result.outcomes[load::Outcome::kWrongAnswer] > 0) is_good = false;
    // A search is there to find the rates that miss it.
    if (!report.searched && !run.meets_objective.value_or(true)) {
      is_good = false;
    }
    if (!report.searched && run.result.outcomes.good() == 0) is_good = false;
  }
  return is_good ? kExitSuccess : kExitSomeFailed;
}

}  // namespace clip::client
