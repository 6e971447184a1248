#ifndef CLIENT_CLI_ENCODE_RUN_H_
#define CLIENT_CLI_ENCODE_RUN_H_

#include "client/cli/batch_flags.h"
#include "client/cli/connection_flags.h"
#include "client/cli/console.h"
#include "client/cli/embedding_flags.h"
#include "client/cli/embedding_output.h"
#include "client/cli/inputs.h"
#include "client/cli/item_source.h"
#include "client/cli/output_flag.h"

namespace clip::client {

// The flags that encode-image and encode-text share.
struct EncodeFlags {
  ConnectionFlags connection;
  EmbeddingFlags embedding;
  BatchFlags batch;
  OutputFlag output;
  // Bulk work: EncodeStream in place of a call for each batch.
  bool stream = false;

  // Adds the flags, stored in this object, which outlives the parsing.
  void AddTo(CLI::App& app);
};

// Embeds the inputs, writes them as the flags ask, and returns the exit code.
int RunEncode(const EncodeFlags& flags, ItemKind kind, Inputs inputs,
              Console& console);

// The same over streams, for any number of inputs. Ctrl-C ends it with what is
// done.
int RunEncodeStream(const EncodeFlags& flags, ItemKind kind, ItemSource& source,
                    Console& console);

}  // namespace clip::client

#endif  // CLIENT_CLI_ENCODE_RUN_H_
