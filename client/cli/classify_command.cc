#include "client/cli/classify_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/diagnostics.h"
#include "client/cli/encode_call.h"
#include "client/cli/ensemble_sink.h"
#include "client/cli/exit_code.h"
#include "client/cli/reported_run.h"
#include "client/cli/score_json.h"
#include "client/cli/score_table.h"
#include "client/cli/table_cell.h"
#include "model/zero_shot/prompt_templates.h"

namespace clip::client {
namespace {

constexpr size_t kMaxImageWidth = 32;

int UsageError(Console& console, const absl::Status& why) {
  PrintError(console, std::string(why.message()));
  return kExitUsage;
}

// Every template of the first label, then of the second, and so on.
Inputs PromptsOf(const PutLabelSetRequest& request) {
  const std::vector<std::string> templates = TemplatesOf(request);
  Inputs prompts;
  for (const std::string& label : request.labels) {
    for (const std::string& text : templates) {
      prompts.names.push_back(model::FillPrompt(text, label));
    }
  }
  prompts.load = [texts = prompts.names](size_t index) {
    return absl::StatusOr<std::string>(texts[index]);
  };
  return prompts;
}

}  // namespace

CLI::App* ClassifyCommand::AddTo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("classify", "Say which labels fit each picture.");
  images_.AddTo(*command);
  labels_.AddTo(*command);
  command->add_option("--label-set", label_set_,
                      "a label set that the server keeps, in place of labels");
  connection_.AddTo(*command);
  command->add_option("--model", model_, "model to ask; default: the server's");
  batch_.AddTo(*command);
  output_.AddTo(*command, /*with_npy=*/false);
  command->add_flag("--json", json_, "the same as --output json");
  command->add_option("--top", top_, "labels listed for each picture")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  return command;
}

absl::Status ClassifyCommand::CheckFlags() const {
  if (label_set_.empty() == !labels_.has_labels()) {
    return absl::InvalidArgumentError(
        "either labels (--labels, --labels-file) or --label-set is needed");
  }
  if (!label_set_.empty() && !labels_.templates.empty()) {
    return absl::InvalidArgumentError(
        "a label set has templates of its own: --templates is for labels");
  }
  if (images_.UsesStandardInput() &&
      (labels_.labels_file == "-" || labels_.templates == "-")) {
    return absl::InvalidArgumentError("standard input is named twice");
  }
  return absl::OkStatus();
}

int ClassifyCommand::Run(Console& console) {
  const absl::Status valid = CheckFlags();
  if (!valid.ok()) return UsageError(console, valid);
  const auto client = connection_.NewClient();
  if (!client.ok()) return UsageError(console, client.status());
  absl::StatusOr<Inputs> images = images_.Collect(
      console.in, static_cast<size_t>(connection_.max_message_bytes));
  if (!images.ok()) return UsageError(console, images.status());
  Columns columns;
  const int code = label_set_.empty()
                       ? EncodeLabels(**client, columns, console)
                       : FindLabelSet(**client, columns, console);
  if (code != kExitSuccess) return code;
  return Classify(**client, std::move(columns), *std::move(images), console);
}

int ClassifyCommand::FindLabelSet(ClipClient& client, Columns& columns,
                                  Console& console) {
  // A set belongs to a model: an empty name must mean the same one here and in
  // the calls that follow.
  if (model_.empty()) {
    absl::StatusOr<ModelInfo> info = client.GetModel("");
    if (!info.ok()) {
      return ReportCallFailure(console, connection_.server, info.status());
    }
    model_ = info->name;
  }
  absl::StatusOr<std::vector<LabelSet>> sets = client.ListLabelSets(model_);
  if (!sets.ok()) {
    return ReportCallFailure(console, connection_.server, sets.status());
  }
  for (LabelSet& set : *sets) {
    if (set.name != label_set_) continue;
    columns.labels = std::move(set.labels);
    return kExitSuccess;
  }
  return ReportCallFailure(
      console, connection_.server,
      absl::NotFoundError(absl::StrCat("no label set \"", label_set_,
                                       "\" for the model ", model_)));
}

int ClassifyCommand::EncodeLabels(ClipClient& client, Columns& columns,
                                  Console& console) {
  absl::StatusOr<PutLabelSetRequest> request = labels_.Collect(console.in);
  if (!request.ok()) return UsageError(console, request.status());
  Inputs prompts = PromptsOf(*request);
  const size_t count = prompts.names.size();
  EnsembleSink ensemble(request->labels.size(), count / request->labels.size());
  const RunSummary summary =
      RunReported(batch_.OptionsFor(connection_.max_message_bytes),
                  std::move(prompts), EncodeTextCall(&client, model_, {}),
                  &ensemble, /*rows_on_terminal=*/false, console);
  if (!summary.status.ok() || summary.answered < count) {
    return ReportSummary(console, connection_.server, summary);
  }
  absl::StatusOr<std::vector<Embedding>> embeddings = ensemble.Embeddings();
  if (!embeddings.ok()) {
    return ReportCallFailure(console, connection_.server, embeddings.status());
  }
  columns.embeddings = *std::move(embeddings);
  columns.labels = std::move(request->labels);
  return kExitSuccess;
}

int ClassifyCommand::Classify(ClipClient& client, Columns columns,
                              Inputs images, Console& console) {
  const std::unique_ptr<ScoreReport> report =
      NewReport(columns.labels, images.names, console);
  const BatchOptions options = batch_.OptionsFor(connection_.max_message_bytes);
  // Pictures and labels share the items of a call.
  const size_t block = std::max<size_t>(1, options.max_items / 2);
  ScoreTexts texts;
  texts.embeddings = std::move(columns.embeddings);
  texts.label_set = label_set_;
  texts.label_count = columns.labels.size();
  ScoreSink scores(&client, model_, std::move(texts), block, report.get());
  const RunSummary summary = RunReported(
      options, std::move(images), EncodeImageCall(&client, model_, {}), &scores,
      console.out_is_terminal, console);
  return ReportSummary(console, connection_.server, summary);
}

std::unique_ptr<ScoreReport> ClassifyCommand::NewReport(
    const std::vector<std::string>& labels,
    const std::vector<std::string>& images, Console& console) const {
  if (json_ || output_.kind == OutputFlag::Kind::kJson) {
    return std::make_unique<ScoreJson>(&console.out, labels,
                                       /*with_logits=*/false);
  }
  ScoreTable::Options options;
  options.name_width = ColumnWidth(images, kMaxImageWidth);
  options.bold = console.out_is_terminal;
  options.top = static_cast<size_t>(top_);
  options.list = true;
  return std::make_unique<ScoreTable>(&console.out, labels, options);
}

}  // namespace clip::client
