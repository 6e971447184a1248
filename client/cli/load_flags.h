#ifndef CLIENT_CLI_LOAD_FLAGS_H_
#define CLIENT_CLI_LOAD_FLAGS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/cli_app_fwd.h"

namespace clip::client {

// The flags of clip_client load as they were given; load_plan.h makes sense of
// them.
struct LoadFlags {
  std::string model;
  // How the calls come; exactly one of these is given.
  std::string rates;
  std::string concurrencies;
  std::string steps;
  std::string trace_file;
  std::string find_rate;
  // Of an open loop.
  double ramp_to = 0;
  bool poisson = false;
  int max_in_flight = 10'000;
  // How long.
  absl::Duration duration = absl::Seconds(10);
  absl::Duration warm_up = absl::Seconds(2);
  bool until_stable = false;
  // What the calls hold.
  std::string mix = "image=1";
  std::vector<std::string> pictures;
  std::string picture_sizes = "224x224";
  std::string picture_formats = "bmp";
  std::string texts_file;
  int items_per_call = 1;
  double duplicate_share = 0;
  double spoilt_share = 0;
  std::string cancels;
  std::string deadlines;
  bool check_answers = false;
  std::vector<std::string> golden_files;
  double min_cosine = 0.99;
  int connections = 1;
  uint64_t seed = 1;
  // What is made of them.
  absl::Duration late_after = absl::Milliseconds(100);
  std::string objective;
  std::string metrics_address;
  std::string json_file;
  std::string csv_file;
  std::string html_file;
  std::string png_file;

  // Adds the flags, stored in this object, which outlives the parsing.
  void AddTo(CLI::App& app);
};

// Every flag of the parsed command with its value, defaults included.
std::vector<std::pair<std::string, std::string>> FlagValues(
    const CLI::App& app);

}  // namespace clip::client

#endif  // CLIENT_CLI_LOAD_FLAGS_H_
