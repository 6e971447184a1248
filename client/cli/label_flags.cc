#include "client/cli/label_flags.h"

#include <CLI/CLI.hpp>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/lines.h"
#include "client/utf8.h"
#include "model/zero_shot/prompt_templates.h"

namespace clip::client {
namespace {

absl::Status CheckLabels(const std::vector<std::string>& labels) {
  if (labels.empty()) return absl::InvalidArgumentError("no label given");
  std::set<std::string> seen;
  for (const std::string& label : labels) {
    if (!IsUtf8(label)) {
      return absl::InvalidArgumentError("a label is not UTF-8");
    }
    if (!seen.insert(label).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("the label \"", label, "\" is given twice"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadTemplates(const std::string& path,
                                                       std::istream& in) {
  absl::StatusOr<std::vector<std::string>> lines = ReadLines(path, in);
  if (!lines.ok()) return lines;
  if (lines->empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " has no template"));
  }
  for (size_t i = 0; i < lines->size(); ++i) {
    absl::Status status = model::CheckPromptTemplate((*lines)[i]);
    if (status.ok() && !IsUtf8((*lines)[i])) {
      status = absl::InvalidArgumentError("not UTF-8");
    }
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": template ", i + 1, ": ", status.message()));
    }
  }
  return lines;
}

}  // namespace

void LabelFlags::AddTo(CLI::App& app) {
  app.add_option("--labels", labels, "labels, separated by commas")
      ->type_name("A,B,C");
  app.add_option("--labels-file", labels_file,
                 "also take the labels in this file, one a line; - reads them "
                 "from standard input")
      ->type_name("FILE");
  app.add_option("--templates", templates,
                 "what a label is written into: simple (7 templates), openai "
                 "(80), or a file with one template a line, {} for the label; "
                 "default: simple")
      ->type_name("SET|FILE");
}

absl::StatusOr<PutLabelSetRequest> LabelFlags::Collect(std::istream& in) const {
  PutLabelSetRequest request;
  for (const auto part : absl::StrSplit(labels, ',')) {
    std::string label(absl::StripAsciiWhitespace(part));
    if (!label.empty()) request.labels.push_back(std::move(label));
  }
  if (!labels_file.empty()) {
    absl::StatusOr<std::vector<std::string>> lines = ReadLines(labels_file, in);
    if (!lines.ok()) return lines.status();
    std::move(lines->begin(), lines->end(), std::back_inserter(request.labels));
  }
  absl::Status valid = CheckLabels(request.labels);
  if (!valid.ok()) return valid;
  if (templates == "openai") {
    request.template_set = TemplateSet::kOpenAi;
  } else if (!templates.empty() && templates != "simple") {
    absl::StatusOr<std::vector<std::string>> lines =
        ReadTemplates(templates, in);
    if (!lines.ok()) return lines.status();
    request.templates = *std::move(lines);
  }
  return request;
}

std::vector<std::string> TemplatesOf(const PutLabelSetRequest& request) {
  if (!request.templates.empty()) return request.templates;
  const auto known = request.template_set == TemplateSet::kOpenAi
                         ? model::OpenAiPromptTemplates()
                         : model::SimplePromptTemplates();
  return {known.begin(), known.end()};
}

}  // namespace clip::client
