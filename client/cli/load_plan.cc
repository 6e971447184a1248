#include "client/cli/load_plan.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/cli/golden_answers.h"
#include "client/cli/lines.h"
#include "client/cli/load_corpus.h"

namespace clip::client {
namespace {

constexpr int kMaxConcurrency = 10'000;

template <typename... Arguments>
absl::Status Invalid(fmt::format_string<Arguments...> format,
                     Arguments&&... arguments) {
  return absl::InvalidArgumentError(
      fmt::format(format, std::forward<Arguments>(arguments)...));
}

std::vector<std::string> Split(const std::string& list) {
  return absl::StrSplit(list, ',');
}

absl::StatusOr<double> ReadRate(const std::string& text) {
  double rate = 0;
  if (!absl::SimpleAtod(text, &rate) || !(rate > 0)) {
    return Invalid("\"{}\" is not a rate above 0", text);
  }
  return rate;
}

absl::StatusOr<PlannedRun> PlanSegments(const LoadFlags& flags,
                                        std::string label, double rate,
                                        std::vector<load::RateSegment> parts) {
  if (flags.warm_up > absl::ZeroDuration()) {
    const double first = parts.front().first_rate;
    parts.insert(parts.begin(), {first, first, flags.warm_up});
  }
  auto arrivals =
      load::ArrivalPlan::Create({std::move(parts), flags.poisson, flags.seed});
  if (!arrivals.ok()) return arrivals.status();
  if (flags.poisson) label += " (Poisson)";
  return PlannedRun{std::move(label), rate, 0, *std::move(arrivals)};
}

absl::StatusOr<PlannedRun> PlanSteps(const LoadFlags& flags) {
  std::vector<load::RateSegment> parts;
  for (const std::string& step : Split(flags.steps)) {
    const std::vector<std::string> pair = absl::StrSplit(step, ':');
    absl::Duration length;
    if (pair.size() != 2 || !absl::ParseDuration(pair[1], &length)) {
      return Invalid("--steps: \"{}\" is not a step such as 50:10s", step);
    }
    const absl::StatusOr<double> rate = ReadRate(pair[0]);
    if (!rate.ok()) return rate.status();
    parts.push_back({*rate, *rate, length});
  }
  return PlanSegments(flags, "steps " + flags.steps, 0, std::move(parts));
}

absl::StatusOr<PlannedRun> PlanTrace(const LoadFlags& flags, std::istream& in) {
  const auto lines = ReadLines(flags.trace_file, in);
  if (!lines.ok()) return lines.status();
  std::vector<absl::Duration> times;
  for (const std::string& line : *lines) {
    double seconds = 0;
    if (!absl::SimpleAtod(line, &seconds) || !(seconds >= 0 && seconds < 1e7)) {
      return Invalid("{}: line {} is not a number of seconds", flags.trace_file,
                     times.size() + 1);
    }
    times.push_back(absl::Seconds(seconds));
  }
  auto arrivals = load::ArrivalPlan::FromTimes(std::move(times));
  if (!arrivals.ok()) return arrivals.status();
  return PlannedRun{"trace " + flags.trace_file, 0, 0, *std::move(arrivals)};
}

absl::StatusOr<PlannedRun> PlanCallers(const std::string& text) {
  int callers = 0;
  if (!absl::SimpleAtoi(text, &callers) || callers < 1 ||
      callers > kMaxConcurrency) {
    return Invalid("\"{}\" is not a number of callers from 1 to {}", text,
                   kMaxConcurrency);
  }
  return PlannedRun{fmt::format("{} callers", callers), 0, callers,
                    std::nullopt};
}

absl::StatusOr<std::vector<PlannedRun>> PlanRuns(const LoadFlags& flags,
                                                 std::istream& in) {
  std::vector<absl::StatusOr<PlannedRun>> all;
  if (!flags.steps.empty()) all.push_back(PlanSteps(flags));
  if (!flags.trace_file.empty()) all.push_back(PlanTrace(flags, in));
  if (!flags.rates.empty()) {
    for (const std::string& text : Split(flags.rates)) {
      const absl::StatusOr<double> rate = ReadRate(text);
      if (!rate.ok()) return rate.status();
      all.push_back(PlanRate(flags, *rate));
    }
  }
  if (!flags.concurrencies.empty()) {
    for (const std::string& text : Split(flags.concurrencies)) {
      all.push_back(PlanCallers(text));
    }
  }
  std::vector<PlannedRun> runs;
  for (absl::StatusOr<PlannedRun>& run : all) {
    if (!run.ok()) return run.status();
    for (const PlannedRun& other : runs) {
      if (other.label == run->label) {
        return Invalid("\"{}\" is asked for twice", run->label);
      }
    }
    runs.push_back(*std::move(run));
  }
  return runs;
}

absl::StatusOr<std::optional<load::RateSearch>> PlanSearch(
    const LoadFlags& flags) {
  if (flags.find_rate.empty()) return std::nullopt;
  if (flags.objective.empty()) {
    return Invalid("--find-rate needs an --objective, such as p99<50ms");
  }
  const std::vector<std::string> pair = absl::StrSplit(flags.find_rate, ':');
  if (pair.size() != 2) {
    return Invalid("--find-rate must be LOW:HIGH, such as 10:1000");
  }
  const absl::StatusOr<double> low = ReadRate(pair[0]);
  if (!low.ok()) return low.status();
  const absl::StatusOr<double> high = ReadRate(pair[1]);
  if (!high.ok()) return high.status();
  const auto search = load::RateSearch::Create(*low, *high);
  if (!search.ok()) return search.status();
  return *search;
}

absl::Status CheckArrivals(const LoadFlags& flags) {
  const int given = !flags.rates.empty() + !flags.concurrencies.empty() +
                    !flags.steps.empty() + !flags.trace_file.empty() +
                    !flags.find_rate.empty();
  if (given != 1) {
    return Invalid(
        "say how the calls come: exactly one of --rate, --concurrency, "
        "--steps, --trace and --find-rate");
  }
  if (flags.ramp_to != 0 && flags.rates.empty()) {
    return Invalid("--ramp-to needs a --rate to begin with");
  }
  if (flags.poisson &&
      (!flags.concurrencies.empty() || !flags.trace_file.empty())) {
    return Invalid("--poisson is for --rate, --steps and --find-rate");
  }
  return absl::OkStatus();
}

absl::StatusOr<load::Workload> PlanWorkload(const LoadFlags& flags) {
  if (flags.check_answers && flags.pictures.empty() &&
      flags.texts_file.empty() && flags.duplicate_share == 0) {
    return Invalid(
        "--check-answers needs items that come again: --pictures, "
        "--texts-from or --duplicates");
  }
  const auto mix = load::ParseMix(flags.mix);
  if (!mix.ok()) return mix.status();
  load::WorkloadOptions options;
  options.mix = *mix;
  options.items_per_call = flags.items_per_call;
  options.duplicate_share = flags.duplicate_share;
  options.spoilt_share = flags.spoilt_share;
  options.seed = flags.seed;
  const std::pair<const std::string*, std::vector<load::SharedTime>*> lists[] =
      {{&flags.cancels, &options.cancels},
       {&flags.deadlines, &options.deadlines}};
  for (const auto& [text, shares] : lists) {
    if (text->empty()) continue;
    auto parsed = load::ParseSharedTimes(*text);
    if (!parsed.ok()) return parsed.status();
    *shares = *std::move(parsed);
  }
  return load::Workload::Create(options);
}

}  // namespace

absl::StatusOr<PlannedRun> PlanRate(const LoadFlags& flags, double rate) {
  const bool is_ramp = flags.ramp_to != 0;
  const double last = is_ramp ? flags.ramp_to : rate;
  return PlanSegments(flags,
                      is_ramp
                          ? fmt::format("ramp {:g} to {:g} calls/s", rate, last)
                          : fmt::format("{:g} calls/s", rate),
                      is_ramp ? 0 : rate, {{rate, last, flags.duration}});
}

absl::StatusOr<LoadPlan> PlanLoad(const LoadFlags& flags, size_t max_bytes,
                                  std::istream& in) {
  const absl::Status arrivals = CheckArrivals(flags);
  if (!arrivals.ok()) return arrivals;
  auto runs = PlanRuns(flags, in);
  if (!runs.ok()) return runs.status();
  const auto search = PlanSearch(flags);
  if (!search.ok()) return search.status();
  std::optional<load::Objective> objective;
  if (!flags.objective.empty()) {
    const auto parsed = load::ParseObjective(flags.objective);
    if (!parsed.ok()) return parsed.status();
    objective = *parsed;
  }
  const auto workload = PlanWorkload(flags);
  if (!workload.ok()) return workload.status();
  auto corpus = PlanCorpus(flags, max_bytes, in);
  if (!corpus.ok()) return corpus.status();
  std::vector<KnownAnswer> known;
  for (const std::string& file : flags.golden_files) {
    const absl::Status added = AddGoldenAnswers(file, *corpus, known);
    if (!added.ok()) return added;
  }
  return LoadPlan{
      *std::move(runs),          *search,         objective, *workload,
      std::move(corpus->corpus), std::move(known)};
}

}  // namespace clip::client
