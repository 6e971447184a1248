#ifndef CLIENT_CLI_CLASSIFY_COMMAND_H_
#define CLIENT_CLI_CLASSIFY_COMMAND_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/batch_flags.h"
#include "client/cli/command.h"
#include "client/cli/connection_flags.h"
#include "client/cli/image_inputs.h"
#include "client/cli/label_flags.h"
#include "client/cli/output_flag.h"
#include "client/cli/score_report.h"
#include "client/cli/score_sink.h"

namespace clip::client {

// clip_client classify: the best labels of each picture. The labels are a set
// that the server keeps, or come with the command: then their prompts are
// embedded first and averaged here, and the server keeps nothing.
class ClassifyCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  // What the pictures are scored against, with the names of the columns.
  struct Columns {
    std::vector<std::string> labels;
    // Empty where the server has the set.
    std::vector<Embedding> embeddings;
  };

  absl::Status CheckFlags() const;
  // The exit code where there are no columns.
  int FindLabelSet(ClipClient& client, Columns& columns, Console& console);
  int EncodeLabels(ClipClient& client, Columns& columns, Console& console);
  int Classify(ClipClient& client, Columns columns, Inputs images,
               Console& console);
  std::unique_ptr<ScoreReport> NewReport(const std::vector<std::string>& labels,
                                         const std::vector<std::string>& images,
                                         Console& console) const;

  ImageInputs images_;
  LabelFlags labels_;
  std::string label_set_;
  ConnectionFlags connection_;
  BatchFlags batch_;
  OutputFlag output_;
  std::string model_;
  bool json_ = false;
  int top_ = 5;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_CLASSIFY_COMMAND_H_
