#include "client/cli/load_flags.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_join.h"
#include "client/cli/duration_flag.h"

namespace clip::client {
namespace {

constexpr char kArrivals[] = "How the calls come (one of these)";
constexpr char kOpenLoop[] = "With --rate, --steps and --find-rate";
constexpr char kContent[] = "What the calls hold";
constexpr char kResults[] = "Results";

void AddArrivalFlags(LoadFlags& flags, CLI::App& app) {
  app.add_option("--rate", flags.rates,
                 "calls a second, whatever became of the calls before; several "
                 "with commas: a run for each")
      ->type_name("RATE,...")
      ->group(kArrivals);
  app.add_option("--concurrency", flags.concurrencies,
                 "callers that each wait for their answer; several with "
                 "commas: a run for each")
      ->type_name("N,...")
      ->group(kArrivals);
  app.add_option("--steps", flags.steps,
                 "rates one after the other, such as 50:10s,100:10s")
      ->type_name("RATE:TIME,...")
      ->group(kArrivals);
  app.add_option("--trace", flags.trace_file,
                 "a file with the second of each call, one a line")
      ->type_name("FILE")
      ->group(kArrivals);
  app.add_option("--find-rate", flags.find_rate,
                 "find the highest rate between these two that meets "
                 "--objective")
      ->type_name("LOW:HIGH")
      ->group(kArrivals);
  app.add_option("--ramp-to", flags.ramp_to,
                 "let the rate grow or fall to this one")
      ->type_name("RATE")
      ->group(kOpenLoop);
  app.add_flag("--poisson", flags.poisson,
               "random gaps, as of many callers; default: even gaps")
      ->group(kOpenLoop);
  app.add_option("--max-in-flight", flags.max_in_flight,
                 "calls beyond this are not sent, and the run is invalid")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->group(kOpenLoop);
}

void AddContentFlags(LoadFlags& flags, CLI::App& app) {
  app.add_option("--mix", flags.mix,
                 "shares of image, text, similarity, stream-image and "
                 "stream-text")
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--pictures", flags.pictures,
                 "picture files or folders; default: generated ones")
      ->type_name("PATH ...")
      ->group(kContent);
  app.add_option("--picture-size", flags.picture_sizes, "of generated pictures")
      ->type_name("WxH,...")
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--picture-format", flags.picture_formats,
                 "of generated pictures: bmp, which is not compressed, jpeg "
                 "or png; each size comes in each format")
      ->type_name("NAME,...")
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--texts-from", flags.texts_file,
                 "a file with one text a line; default: generated ones")
      ->type_name("FILE")
      ->group(kContent);
  app.add_option("--items", flags.items_per_call,
                 "pictures, or texts, of one call")
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--duplicates", flags.duplicate_share,
                 "share of the items that come again and again, 0 to 1")
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--spoilt", flags.spoilt_share,
                 "share of the calls with a picture that is none, 0 to 1; the "
                 "server must refuse them")
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--cancel", flags.cancels,
                 "shares of the calls whose caller goes away, and how long "
                 "after they were due, such as 0.05:20ms")
      ->type_name("SHARE:TIME,...")
      ->group(kContent);
  app.add_option("--deadlines", flags.deadlines,
                 "shares of the calls with other deadlines than --deadline, "
                 "such as 0.2:50ms,0.3:1s")
      ->type_name("SHARE:TIME,...")
      ->group(kContent);
  app.add_option("--golden", flags.golden_files,
                 "embeddings that the answers must be near to: a file of "
                 "encode-image or encode-text --output npy; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(kContent);
  app.add_option("--min-cosine", flags.min_cosine,
                 "of an answer with the known one; less is a wrong answer")
      ->check(CLI::Range(0.0001, 1.0))
      ->capture_default_str()
      ->group(kContent);
  app.add_flag("--check-answers", flags.check_answers,
               "ask for the items that come again before the run, and compare "
               "every later answer for them")
      ->group(kContent);
  app.add_option("--connections", flags.connections,
                 "connections that take turns")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group(kContent);
  app.add_option("--seed", flags.seed, "of all that is drawn by chance")
      ->capture_default_str()
      ->group(kContent);
}

void AddResultFlags(LoadFlags& flags, CLI::App& app) {
  AddDurationFlag(app, "--late-after", &flags.late_after,
                  "count calls that take longer as late");
  app.get_option("--late-after")->group(kResults);
  app.add_option("--objective", flags.objective,
                 "a promise such as p99<50ms; a run that misses it fails")
      ->group(kResults);
  app.add_option("--metrics", flags.metrics_address,
                 "where the server shows its metrics; read before and after "
                 "each run, and in each of its windows")
      ->type_name("HOST:PORT")
      ->group(kResults);
  app.add_option("--json", flags.json_file, "write the whole report here")
      ->type_name("FILE")
      ->group(kResults);
  app.add_option("--csv", flags.csv_file, "write a line for each window here")
      ->type_name("FILE")
      ->group(kResults);
  app.add_option("--html", flags.html_file, "write a page with plots here")
      ->type_name("FILE")
      ->group(kResults);
  app.add_option("--png", flags.png_file, "write the plots as a picture here")
      ->type_name("FILE")
      ->group(kResults);
}

}  // namespace

void LoadFlags::AddTo(CLI::App& app) {
  app.add_option("--model", model, "which model; default: the server's");
  AddArrivalFlags(*this, app);
  AddDurationFlag(app, "--duration", &duration, "measured time of one run");
  app.add_option_function<std::string>(
         "--warm-up",
         [this](const std::string& text) {
           if (!absl::ParseDuration(text, &warm_up) ||
               warm_up < absl::ZeroDuration() ||
               warm_up == absl::InfiniteDuration()) {
             throw CLI::ValidationError("--warm-up",
                                        "must be a time such as 2s, or 0");
           }
         },
         "load before the measured time of each run, left out of its figures")
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(warm_up));
  app.add_flag("--until-stable", until_stable,
               "end a run as soon as three windows are alike; --duration is "
               "then the limit");
  AddContentFlags(*this, app);
  AddResultFlags(*this, app);
}

std::vector<std::pair<std::string, std::string>> FlagValues(
    const CLI::App& app) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (name == "--help" || name == "-h,--help") continue;
    values.emplace_back(name, option->count() > 0
                                  ? absl::StrJoin(option->results(), " ")
                                  : option->get_default_str());
  }
  return values;
}

}  // namespace clip::client
