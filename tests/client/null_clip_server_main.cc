// null_clip_server [--listen HOST:PORT] [--stall-after TIME --stall TIME]: a
// NullClipServer until its standard input ends.
#include <CLI/CLI.hpp>
#include <iostream>
#include <limits>
#include <string>

#include "tests/client/null_clip_server.h"

namespace {

void AddTime(CLI::App& app, const std::string& flag, absl::Duration* value,
             const std::string& help) {
  app.add_option_function<std::string>(
         flag,
         [flag, value](const std::string& text) {
           if (!absl::ParseDuration(text, value)) {
             throw CLI::ValidationError(flag, "must be a time such as 2s");
           }
         },
         help)
      ->type_name("TIME");
}

}  // namespace

int main(int argc, char** argv) {
  clip::client::NullServerOptions options;
  CLI::App app("Answers every call at once, without a model.");
  app.add_option("--listen", options.listen)->capture_default_str();
  app.add_option("--dimensions", options.dimensions, "of an embedding")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  AddTime(app, "--stall-after", &options.stall_after,
          "from the first call to the stall");
  AddTime(app, "--stall", &options.stall, "how long nothing is answered");
  CLI11_PARSE(app, argc, argv);
  const auto server = clip::client::NullClipServer::Create(options);
  if (!server.ok()) {
    std::cerr << server.status().message() << std::endl;
    return 1;
  }
  std::cout << "listening on " << (*server)->address() << std::endl;
  // Whoever starts it holds the other end: it never outlives them.
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  return 0;
}
