#ifndef CLIENT_CLI_LABEL_FLAGS_H_
#define CLIENT_CLI_LABEL_FLAGS_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/cli_app_fwd.h"
#include "client/clip_values.h"

namespace clip::client {

// The labels that a command line names, and what they are written into.
struct LabelFlags {
  // Separated by commas. Empty = none.
  std::string labels;
  // A file with one label a line, or "-" for standard input. Empty = none.
  std::string labels_file;
  // "simple", "openai" or a file with one template a line. Empty = simple.
  std::string templates;

  // Adds the flags, stored in this object, which outlives the parsing.
  void AddTo(CLI::App& app);

  bool has_labels() const { return !labels.empty() || !labels_file.empty(); }

  // As a request without a name: the labels in order, and the templates by name
  // or, where they come from a file, one by one. INVALID_ARGUMENT where there
  // is no label, one twice, one that is not UTF-8, or a template without a
  // placeholder; NOT_FOUND where a file cannot be read.
  absl::StatusOr<PutLabelSetRequest> Collect(std::istream& in) const;
};

// The templates of a request, those that it names by set included.
std::vector<std::string> TemplatesOf(const PutLabelSetRequest& request);

}  // namespace clip::client

#endif  // CLIENT_CLI_LABEL_FLAGS_H_
