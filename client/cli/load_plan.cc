#include "client/cli/load_plan.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "client/cli/image_inputs.h"
#include "client/cli/lines.h"
#include "client/utf8.h"

namespace clip::client {
namespace {

constexpr size_t kMaxCorpusBytes = size_t{1} << 30;
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

absl::StatusOr<std::pair<int, int>> ReadSize(const std::string& text) {
  const std::vector<std::string> sides = absl::StrSplit(text, 'x');
  std::pair<int, int> size;
  if (sides.size() != 2 || !absl::SimpleAtoi(sides[0], &size.first) ||
      !absl::SimpleAtoi(sides[1], &size.second)) {
    return Invalid("\"{}\" is not a size such as 640x480", text);
  }
  return size;
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

absl::StatusOr<std::vector<std::string>> LoadPictures(const LoadFlags& flags,
                                                      size_t max_bytes,
                                                      std::istream& in) {
  ImageInputs images;
  images.arguments = flags.pictures;
  const absl::StatusOr<Inputs> inputs = images.Collect(in, max_bytes);
  if (!inputs.ok()) return inputs.status();
  std::vector<std::string> files;
  size_t bytes = 0;
  for (size_t i = 0; i < inputs->names.size(); ++i) {
    absl::StatusOr<std::string> file = inputs->load(i);
    if (!file.ok()) {
      return absl::Status(file.status().code(),
                          fmt::format("{}: {}", inputs->names[i],
                                      std::string(file.status().message())));
    }
    bytes += file->size();
    if (bytes > kMaxCorpusBytes) {
      return Invalid("the pictures have more than {} bytes; name fewer",
                     kMaxCorpusBytes);
    }
    files.push_back(*std::move(file));
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> LoadTexts(const LoadFlags& flags,
                                                   std::istream& in) {
  auto texts = ReadLines(flags.texts_file, in);
  if (!texts.ok()) return texts;
  if (texts->empty()) return Invalid("{} holds no text", flags.texts_file);
  for (const std::string& text : *texts) {
    if (!IsUtf8(text)) {
      return Invalid("{} holds a text that is not UTF-8", flags.texts_file);
    }
  }
  return texts;
}

absl::StatusOr<load::Corpus> PlanCorpus(const LoadFlags& flags,
                                        size_t max_bytes, std::istream& in) {
  load::CorpusOptions options;
  options.seed = flags.seed;
  options.picture_sizes.clear();
  for (const std::string& text : Split(flags.picture_sizes)) {
    const auto size = ReadSize(text);
    if (!size.ok()) return size.status();
    options.picture_sizes.push_back(*size);
  }
  if (!flags.pictures.empty()) {
    auto pictures = LoadPictures(flags, max_bytes, in);
    if (!pictures.ok()) return pictures.status();
    options.pictures = *std::move(pictures);
  }
  if (!flags.texts_file.empty()) {
    auto texts = LoadTexts(flags, in);
    if (!texts.ok()) return texts.status();
    options.texts = *std::move(texts);
  }
  return load::Corpus::Create(std::move(options));
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
  return load::Workload::Create({*mix, flags.items_per_call,
                                 flags.duplicate_share, flags.spoilt_share,
                                 flags.seed});
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
  return LoadPlan{*std::move(runs), *search, objective, *workload,
                  *std::move(corpus)};
}

}  // namespace clip::client
