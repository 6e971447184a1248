#include "client/cli/duration_flag.h"

#include <CLI/CLI.hpp>

namespace clip::client {

void AddDurationFlag(CLI::App& app, const std::string& name,
                     absl::Duration* value, const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [name, value](const std::string& text) {
           if (!absl::ParseDuration(text, value) ||
               *value <= absl::ZeroDuration() ||
               *value == absl::InfiniteDuration()) {
             throw CLI::ValidationError(
                 name, "must be a time above 0, such as 500ms or 30s");
           }
         },
         help)
      ->type_name("TIME")
      ->default_str(absl::FormatDuration(*value));
}

}  // namespace clip::client
