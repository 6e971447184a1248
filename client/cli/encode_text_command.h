#ifndef CLIENT_CLI_ENCODE_TEXT_COMMAND_H_
#define CLIENT_CLI_ENCODE_TEXT_COMMAND_H_

#include "client/cli/command.h"
#include "client/cli/encode_run.h"
#include "client/cli/text_inputs.h"

namespace clip::client {

// clip_client encode-text: texts to embeddings.
class EncodeTextCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  int RunStream(Console& console);

  TextInputs texts_;
  EncodeFlags flags_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_ENCODE_TEXT_COMMAND_H_
