#include "client/cli/output_flag.h"

#include <CLI/CLI.hpp>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"

namespace clip::client {
namespace {

constexpr char kNpyPrefix[] = "npy=";
constexpr size_t kNpyPrefixSize = sizeof(kNpyPrefix) - 1;

}  // namespace

void OutputFlag::AddTo(CLI::App& app, bool with_npy) {
  const std::string forms =
      with_npy ? "table, json, or npy FILE" : "table or json";
  app.add_option_function<std::string>(
         "--output",
         [this, with_npy, forms](const std::string& value) {
           if (value == "table") {
             kind = Kind::kTable;
           } else if (value == "json") {
             kind = Kind::kJson;
           } else if (with_npy && absl::StartsWith(value, kNpyPrefix) &&
                      value.size() > kNpyPrefixSize) {
             kind = Kind::kNpy;
             npy_file = value.substr(kNpyPrefixSize);
           } else {
             throw CLI::ValidationError("--output", "must be " + forms);
           }
         },
         forms)
      ->type_name("KIND")
      ->default_str("table");
}

std::vector<std::string> JoinNpyFile(std::vector<std::string> arguments) {
  std::vector<std::string> joined;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool is_npy_value =
        arguments[i] == "npy" && !joined.empty() && joined.back() == "--output";
    const bool has_file = i + 1 < arguments.size();
    if (is_npy_value && has_file) {
      joined.push_back(kNpyPrefix + arguments[i + 1]);
      ++i;
    } else if (arguments[i] == "--output=npy" && has_file) {
      joined.push_back("--output=npy=" + arguments[i + 1]);
      ++i;
    } else {
      joined.push_back(std::move(arguments[i]));
    }
  }
  return joined;
}

}  // namespace clip::client
