#include "client/cli/similarity_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "client/cli/collecting_sink.h"
#include "client/cli/diagnostics.h"
#include "client/cli/encode_call.h"
#include "client/cli/exit_code.h"
#include "client/cli/reported_run.h"
#include "client/cli/score_json.h"
#include "client/cli/score_sink.h"
#include "client/cli/score_table.h"
#include "client/cli/table_cell.h"

namespace clip::client {
namespace {

constexpr size_t kMaxNameWidth = 32;

}  // namespace

CLI::App* SimilarityCommand::AddTo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("similarity", "Say which text fits which picture.");
  images_.AddTo(*command);
  command->add_option("--text", texts_.arguments, "a text; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--texts-from", texts_.texts_from,
                   "also take the texts in this file, one a line; - reads "
                   "them from standard input")
      ->type_name("FILE");
  connection_.AddTo(*command);
  command->add_option("--model", model_, "model to ask; default: the server's");
  batch_.AddTo(*command);
  output_.AddTo(*command, /*with_npy=*/false);
  command->add_flag("--logits", logits_,
                    "show the model's logits: in the table in place of "
                    "percentages, in JSON beside them");
  command->add_option("--top", top_, "texts listed where a table is too wide")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  return command;
}

int SimilarityCommand::Run(Console& console) {
  if (images_.UsesStandardInput() && texts_.UsesStandardInput()) {
    PrintError(console, "standard input is named twice");
    return kExitUsage;
  }
  absl::StatusOr<Inputs> texts = texts_.Collect(console.in);
  if (!texts.ok()) {
    PrintError(console, std::string(texts.status().message()));
    return kExitUsage;
  }
  absl::StatusOr<Inputs> images = images_.Collect(
      console.in, static_cast<size_t>(connection_.max_message_bytes));
  if (!images.ok()) {
    PrintError(console, std::string(images.status().message()));
    return kExitUsage;
  }
  return Score(*std::move(texts), *std::move(images), console);
}

int SimilarityCommand::Score(Inputs texts, Inputs images, Console& console) {
  const auto client = connection_.NewClient();
  if (!client.ok()) {
    PrintError(console, std::string(client.status().message()));
    return kExitUsage;
  }
  const BatchOptions options = batch_.OptionsFor(connection_.max_message_bytes);
  CollectingSink encoded;
  const RunSummary text_summary =
      RunReported(options, std::move(texts),
                  EncodeTextCall(client->get(), model_, {}), &encoded,
                  /*rows_on_terminal=*/false, console);
  if (!text_summary.status.ok() || text_summary.answered == 0) {
    return ReportSummary(console, connection_.server, text_summary);
  }
  const std::unique_ptr<ScoreReport> report =
      NewReport(encoded.names(), images.names, console);
  // Pictures and texts share the items of a call.
  const size_t block = std::max<size_t>(1, options.max_items / 2);
  ScoreTexts columns;
  columns.embeddings = encoded.TakeEmbeddings();
  ScoreSink scores(client->get(), model_, std::move(columns), block,
                   report.get());
  const RunSummary summary = RunReported(
      options, std::move(images), EncodeImageCall(client->get(), model_, {}),
      &scores, console.out_is_terminal, console);
  const int code = ReportSummary(console, connection_.server, summary);
  return code == kExitSuccess && text_summary.failed > 0 ? kExitSomeFailed
                                                         : code;
}

std::unique_ptr<ScoreReport> SimilarityCommand::NewReport(
    const std::vector<std::string>& texts,
    const std::vector<std::string>& images, Console& console) const {
  if (output_.kind == OutputFlag::Kind::kJson) {
    return std::make_unique<ScoreJson>(&console.out, texts, logits_);
  }
  ScoreTable::Options options;
  options.name_width = ColumnWidth(images, kMaxNameWidth);
  options.logits = logits_;
  options.bold = console.out_is_terminal;
  options.top = static_cast<size_t>(top_);
  return std::make_unique<ScoreTable>(&console.out, texts, options);
}

}  // namespace clip::client
