#ifndef CLIENT_CLIP_CLIENT_OPTIONS_H_
#define CLIENT_CLIP_CLIENT_OPTIONS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "client/hedging_options.h"
#include "client/priority.h"
#include "client/retry_clock.h"
#include "client/retry_policy.h"

namespace clip::client {

struct TlsOptions {
  // Off: plain HTTP/2, which is what clip_server speaks by itself.
  bool enabled = false;
  // PEM certificates to trust; empty = the roots that gRPC finds.
  std::string root_certificates;
};

struct ClipClientOptions {
  // HOST:PORT, or any gRPC target. Calls are spread over all its addresses:
  // dns:///HOST:PORT of a headless service has those of its replicas, and
  // follows them. HOST:PORT,HOST:PORT names the servers; their names are looked
  // up once.
  std::string target;
  // For calls that name none; positive. A longer one waits longer for a busy
  // or silent server, a shorter one gives up on slow models.
  absl::Duration default_deadline = absl::Seconds(30);
  // For calls and streams that name none.
  Priority default_priority = Priority::kDefault;
  // Largest request and reply in bytes; equal to the server's own limit by
  // default. A larger one holds more memory a call, because a request is kept
  // until it need not be sent again.
  int max_message_bytes = 8 << 20;
  RetryOptions retry;
  // Of the calls that embed or score; never of streams.
  HedgingOptions hedging;
  TlsOptions tls;
  // Null = real time. A test passes its own. Shared with the test that drives
  // it.
  std::shared_ptr<RetryClock> retry_clock;
  // Source of jitter in [0, 1), called from any thread; null = random.
  std::function<double()> random;
};

}  // namespace clip::client

#endif  // CLIENT_CLIP_CLIENT_OPTIONS_H_
