#ifndef SERVER_SERVER_FLAGS_H_
#define SERVER_SERVER_FLAGS_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "server/server_config.h"

namespace clip::server {

// What the flags fill: the settings, and what it takes to find them.
struct FlagValues {
  ServerConfig config;
  // Values of --model, not yet looked up.
  std::vector<std::string> models;
  std::string builtin_directory;
  std::string config_file;
};

// Declares every flag on `app`, with its check and its help text. Parsing
// writes only the values that are given, so parsing several sources one after
// the other lets the later win. `values` must outlive `app`.
void AddServerFlags(CLI::App& app, FlagValues& values);

}  // namespace clip::server

#endif  // SERVER_SERVER_FLAGS_H_
