#include "client/cli/encode_run.h"

#include <memory>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/encode_call.h"
#include "client/cli/exit_code.h"
#include "client/cli/reported_run.h"

namespace clip::client {

void EncodeFlags::AddTo(CLI::App& app) {
  connection.AddTo(app);
  embedding.AddTo(app);
  batch.AddTo(app);
  output.AddTo(app, /*with_npy=*/true);
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
  const absl::StatusOr<std::unique_ptr<RowSink>> output = NewEmbeddingOutput(
      flags.output, kind, embedding.options.format, inputs.names, &console);
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
                  output->get(),
                  /*rows_on_terminal=*/console.out_is_terminal &&
                      flags.output.kind != OutputFlag::Kind::kNpy,
                  console);
  return ReportSummary(console, flags.connection.server, summary);
}

}  // namespace clip::client
