#include "client/cli/batch_flags.h"

#include <CLI/CLI.hpp>

namespace clip::client {

void BatchFlags::AddTo(CLI::App& app) {
  app.add_option("--batch", batch, "items of one call; the server has a limit")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--concurrency", concurrency, "calls in flight, or streams")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
}

BatchOptions BatchFlags::OptionsFor(int max_message_bytes) const {
  BatchOptions options;
  options.max_items = static_cast<size_t>(batch);
  options.max_in_flight = static_cast<size_t>(concurrency);
  options.max_bytes = static_cast<size_t>(max_message_bytes / 16) * 15;
  return options;
}

}  // namespace clip::client
