#ifndef CLIENT_CLI_ENCODE_IMAGE_COMMAND_H_
#define CLIENT_CLI_ENCODE_IMAGE_COMMAND_H_

#include "client/cli/command.h"
#include "client/cli/encode_run.h"
#include "client/cli/image_inputs.h"

namespace clip::client {

// clip_client encode-image: pictures to embeddings.
class EncodeImageCommand : public Command {
 public:
  CLI::App* AddTo(CLI::App& app) override;
  int Run(Console& console) override;

 private:
  int RunStream(Console& console);

  ImageInputs images_;
  EncodeFlags flags_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_ENCODE_IMAGE_COMMAND_H_
