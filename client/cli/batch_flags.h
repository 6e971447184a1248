#ifndef CLIENT_CLI_BATCH_FLAGS_H_
#define CLIENT_CLI_BATCH_FLAGS_H_

#include "client/cli/batch_runner.h"
#include "client/cli/cli_app_fwd.h"

namespace clip::client {

// The flags of the commands that send many items.
struct BatchFlags {
  // Items a call.
  int batch = 32;
  // Calls in flight.
  int concurrency = 4;

  // Adds the flags, stored in this object, which outlives the parsing.
  void AddTo(CLI::App& app);

  // Batches that fit a message of `max_message_bytes` with room for the rest
  // of the request.
  BatchOptions OptionsFor(int max_message_bytes) const;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_BATCH_FLAGS_H_
