#ifndef CLIENT_CLI_SIMILARITY_COMMAND_H_
#define CLIENT_CLI_SIMILARITY_COMMAND_H_

#include <memory>
#include <string>
#include <vector>

#include "client/cli/batch_flags.h"
#include "client/cli/command.h"
#include "client/cli/connection_flags.h"
#include "client/cli/image_inputs.h"
#include "client/cli/output_flag.h"
#include "client/cli/score_report.h"
#include "client/cli/text_inputs.h"

namespace clip::client {

// clip_client similarity: which text fits which picture. Embeds the texts once,
// then the pictures batch by batch, and lets the server score the embeddings.
class SimilarityCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  int Score(Inputs texts, Inputs images, Console& console);
  std::unique_ptr<ScoreReport> NewReport(const std::vector<std::string>& texts,
                                         const std::vector<std::string>& images,
                                         Console& console) const;

  ImageInputs images_;
  TextInputs texts_;
  ConnectionFlags connection_;
  BatchFlags batch_;
  OutputFlag output_;
  std::string model_;
  bool logits_ = false;
  int top_ = 5;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_SIMILARITY_COMMAND_H_
