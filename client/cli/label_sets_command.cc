#include "client/cli/label_sets_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "client/cli/diagnostics.h"
#include "client/cli/exit_code.h"
#include "client/cli/json_text.h"
#include "client/cli/table_cell.h"

namespace clip::client {
namespace {

constexpr size_t kMaxSetNameWidth = 32;

std::string AsJson(const LabelSet& set) {
  std::string labels;
  for (const std::string& label : set.labels) {
    if (!labels.empty()) labels += ", ";
    labels += JsonString(label);
  }
  return fmt::format(
      R"({{"name": {}, "model": {}, "templates": {}, "truncated": {}, )"
      R"("labels": [{}]}})",
      JsonString(set.name), JsonModel(set.model), set.template_count,
      set.truncated_count, labels);
}

std::string AsLine(const LabelSet& set) {
  return fmt::format("{}  {}  {} labels x {} templates\n",
                     PadRight(Printable(set.name, kMaxSetNameWidth), 16),
                     PadRight(Printable(set.model.name, kMaxSetNameWidth), 16),
                     set.labels.size(), set.template_count);
}

}  // namespace

CLI::App* LabelSetsCommand::AddTo(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("label-sets",
                         "List, create or delete what the server keeps for "
                         "classify.");
  command->require_subcommand(1);
  connection_.AddTo(*command);
  command->add_option("--model", model_, "model of the sets");
  list_ = command->add_subcommand("list", "List the sets.");
  output_.AddTo(*list_, /*with_npy=*/false);
  create_ = command->add_subcommand(
      "create",
      "Have the server encode a set and keep it; one of the same "
      "name is replaced.");
  create_->add_option("name", name_, "name of the set")->required();
  labels_.AddTo(*create_);
  CLI::App* remove = command->add_subcommand("delete", "Forget a set.");
  remove->add_option("name", name_, "name of the set")->required();
  for (CLI::App* part : {list_, create_, remove}) part->fallthrough();
  return command;
}

int LabelSetsCommand::Run(Console& console) {
  const auto client = connection_.NewClient();
  if (!client.ok()) {
    PrintError(console, std::string(client.status().message()));
    return kExitUsage;
  }
  if (list_->parsed()) return List(**client, console);
  return create_->parsed() ? Create(**client, console)
                           : Delete(**client, console);
}

int LabelSetsCommand::List(ClipClient& client, Console& console) const {
  const absl::StatusOr<std::vector<LabelSet>> sets =
      client.ListLabelSets(model_);
  if (!sets.ok()) {
    return ReportCallFailure(console, connection_.server, sets.status());
  }
  const bool json = output_.kind == OutputFlag::Kind::kJson;
  std::string text;
  for (const LabelSet& set : *sets) {
    if (json && !text.empty()) text += ",\n ";
    text += json ? AsJson(set) : AsLine(set);
  }
  console.out << (json ? "[" + text + "]\n" : text) << std::flush;
  return kExitSuccess;
}

int LabelSetsCommand::Create(ClipClient& client, Console& console) const {
  absl::StatusOr<PutLabelSetRequest> request = labels_.Collect(console.in);
  if (!request.ok()) {
    PrintError(console, std::string(request.status().message()));
    return kExitUsage;
  }
  request->model = model_;
  request->name = name_;
  const absl::StatusOr<PutLabelSetReply> reply =
      client.PutLabelSet(*std::move(request));
  if (!reply.ok()) {
    return ReportCallFailure(console, connection_.server, reply.status());
  }
  console.out << AsLine(reply->label_set) << std::flush;
  return kExitSuccess;
}

int LabelSetsCommand::Delete(ClipClient& client, Console& console) const {
  const absl::Status status = client.DeleteLabelSet(model_, name_);
  if (status.ok()) return kExitSuccess;
  return ReportCallFailure(console, connection_.server, status);
}

}  // namespace clip::client
