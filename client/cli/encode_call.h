#ifndef CLIENT_CLI_ENCODE_CALL_H_
#define CLIENT_CLI_ENCODE_CALL_H_

#include <string>

#include "client/cli/batch_runner.h"
#include "client/clip_client.h"

namespace clip::client {

// EncodeImage for a BatchRunner whose contents are picture files. Borrows the
// client.
BatchRunner::Call EncodeImageCall(ClipClient* client, std::string model,
                                  EmbeddingOptions options);

// EncodeText for a BatchRunner whose contents are texts. Borrows the client.
BatchRunner::Call EncodeTextCall(ClipClient* client, std::string model,
                                 EmbeddingOptions options);

}  // namespace clip::client

#endif  // CLIENT_CLI_ENCODE_CALL_H_
