#include "client/cli/connection_flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "client/cli/duration_flag.h"
#include "client/cli/read_bounded.h"

namespace clip::client {
namespace {

constexpr size_t kMaxCertificateBytes = 16 << 20;

}  // namespace

void ConnectionFlags::AddTo(CLI::App& app) {
  app.add_option("--server", server,
                 "HOST:PORT of the server, or several: HOST:PORT,HOST:PORT")
      ->capture_default_str();
  app.add_option("--max-attempts", max_attempts,
                 "attempts of one call; 1 = no retries")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  AddDurationFlag(app, "--hedging-delay", &hedging_delay,
                  "send a call to a second server too when the first has not "
                  "answered for so long; default: never");
  AddDurationFlag(app, "--deadline", &deadline,
                  "longest time of one call, retries included");
  app.add_option_function<std::string>(
         "--priority",
         [this](const std::string& name) {
           priority = name == "bulk" ? Priority::kBulk : Priority::kInteractive;
         },
         "which line to wait in where the server is busy: interactive, which "
         "calls do by default, or bulk, which streams do")
      ->check(CLI::IsMember({"interactive", "bulk"}))
      ->type_name("LINE");
  app.add_option("--max-message-bytes", max_message_bytes,
                 "largest request and reply; the server has its own limit")
      ->check(CLI::Range(64 << 10, 1 << 30))
      ->capture_default_str();
  app.add_flag("--tls", tls, "speak TLS, trusting the system's roots");
  app.add_option("--tls-root", tls_root_file,
                 "speak TLS, trusting the PEM certificates in this file")
      ->type_name("FILE");
}

absl::StatusOr<ClipClientOptions> ConnectionFlags::Options() const {
  ClipClientOptions options;
  options.target = server;
  options.default_deadline = deadline;
  options.default_priority = priority;
  options.hedging.delay = hedging_delay;
  options.max_message_bytes = max_message_bytes;
  options.retry.max_attempts = max_attempts;
  options.tls.enabled = tls || !tls_root_file.empty();
  if (!tls_root_file.empty()) {
    absl::StatusOr<std::string> roots =
        ReadFileBounded(tls_root_file, kMaxCertificateBytes);
    if (!roots.ok()) return roots.status();
    options.tls.root_certificates = *std::move(roots);
  }
  return options;
}

absl::StatusOr<std::unique_ptr<ClipClient>> ConnectionFlags::NewClient() const {
  absl::StatusOr<ClipClientOptions> options = Options();
  if (!options.ok()) return options.status();
  return ClipClient::Create(*std::move(options));
}

}  // namespace clip::client
