#ifndef CLIENT_CLI_CONNECTION_FLAGS_H_
#define CLIENT_CLI_CONNECTION_FLAGS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/cli_app_fwd.h"
#include "client/clip_client.h"

namespace clip::client {

// The flags that every command has: where the server is and how long a call
// may take.
struct ConnectionFlags {
  std::string server = "localhost:50051";
  // Of one call, retries included.
  absl::Duration deadline = absl::Seconds(30);
  int max_attempts = 3;
  // Zero = no hedging.
  absl::Duration hedging_delay = absl::ZeroDuration();
  Priority priority = Priority::kDefault;
  int max_message_bytes = 8 << 20;
  bool tls = false;
  std::string tls_root_file;

  // Adds the flags, stored in this object, which outlives the parsing. Their
  // defaults are what it holds now.
  void AddTo(CLI::App& app);

  // NOT_FOUND where a file that the flags name cannot be read.
  absl::StatusOr<ClipClientOptions> Options() const;

  // A client for the flags. INVALID_ARGUMENT or NOT_FOUND where they are wrong;
  // it does not connect yet.
  absl::StatusOr<std::unique_ptr<ClipClient>> NewClient() const;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_CONNECTION_FLAGS_H_
