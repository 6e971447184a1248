#include "client/cli/encode_run.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "client/cli/diagnostics.h"
#include "client/cli/encode_call.h"
#include "client/cli/exit_code.h"
#include "client/cli/interrupt_watch.h"
#include "client/cli/reported_run.h"
#include "client/cli/reporting_sink.h"
#include "client/cli/stream_runner.h"

namespace clip::client {
namespace {

bool RowsGoToTerminal(const EncodeFlags& flags, const Console& console) {
  return console.out_is_terminal && flags.output.kind != OutputFlag::Kind::kNpy;
}

StreamRunOptions StreamRunOptionsOf(const EncodeFlags& flags, ItemKind kind) {
  StreamRunOptions options;
  options.streams = static_cast<size_t>(flags.batch.concurrency);
  options.stream.model = flags.embedding.model;
  options.stream.embedding = flags.embedding.options;
  options.are_texts = kind == ItemKind::kText;
  return options;
}

}  // namespace

void EncodeFlags::AddTo(CLI::App& app) {
  connection.AddTo(app);
  embedding.AddTo(app);
  batch.AddTo(app);
  output.AddTo(app, /*with_npy=*/true);
  app.add_flag("--stream", stream,
               "bulk work: any number of inputs in constant memory, over "
               "--concurrency streams that go on when a server goes")
      ->excludes(app.get_option("--batch"));
}

int RunEncode(const EncodeFlags& flags, ItemKind kind, Inputs inputs,
              Console& console) {
  const EmbeddingFlags& embedding = flags.embedding;
  const absl::StatusOr<std::unique_ptr<ClipClient>> client =
      flags.connection.NewClient();
  if (!client.ok()) {
    PrintError(console, std::string(client.status().message()));
    return kExitUsage;
  }
  const absl::StatusOr<std::unique_ptr<RowSink>> output =
      NewEmbeddingOutput(flags.output, kind, embedding.options.format,
                         NameWidthOf(inputs.names), &console);
  if (!output.ok()) {
    PrintError(console, std::string(output.status().message()));
    return kExitUsage;
  }
  const auto new_call =
      kind == ItemKind::kImage ? EncodeImageCall : EncodeTextCall;
  const RunSummary summary =
      RunReported(flags.batch.OptionsFor(flags.connection.max_message_bytes),
                  std::move(inputs),
                  new_call(client->get(), embedding.model, embedding.options),
                  output->get(), RowsGoToTerminal(flags, console), console);
  return ReportSummary(console, flags.connection.server, summary);
}

int RunEncodeStream(const EncodeFlags& flags, ItemKind kind, ItemSource& source,
                    Console& console) {
  const absl::StatusOr<std::unique_ptr<ClipClient>> client =
      flags.connection.NewClient();
  if (!client.ok()) {
    PrintError(console, std::string(client.status().message()));
    return kExitUsage;
  }
  const absl::StatusOr<std::unique_ptr<RowSink>> output =
      NewEmbeddingOutput(flags.output, kind, flags.embedding.options.format,
                         kMaxNameWidth, &console);
  if (!output.ok()) {
    PrintError(console, std::string(output.status().message()));
    return kExitUsage;
  }
  // A server that is not there, or knows no such model, shows at once. A stream
  // that has begun is more patient.
  const absl::Status there =
      (*client)->GetModel(flags.embedding.model).status();
  const InterruptWatch watch;
  ReportingSink reporting(
      &console, output->get(),
      {std::nullopt, RowsGoToTerminal(flags, console), absl::Now});
  StreamRunSummary summary;
  if (there.ok()) {
    StreamRunner runner(client->get(), StreamRunOptionsOf(flags, kind), &source,
                        &reporting, [&watch] { return watch.interrupted(); });
    summary = runner.Run();
  } else {
    summary.status = there;
  }
  const absl::Status finished = reporting.Finish();
  if (summary.status.ok()) summary.status = finished;
  return ReportStreamSummary(console, flags.connection.server, summary);
}

}  // namespace clip::client
