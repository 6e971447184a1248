#ifndef CLIENT_CLI_EMBEDDING_FLAGS_H_
#define CLIENT_CLI_EMBEDDING_FLAGS_H_

#include <string>

#include "client/cli/cli_app_fwd.h"
#include "client/clip_values.h"

namespace clip::client {

// The flags that say which embeddings are wanted.
struct EmbeddingFlags {
  // Empty = the server's default.
  std::string model;
  EmbeddingOptions options;

  // Adds the flags, stored in this object, which outlives the parsing.
  void AddTo(CLI::App& app);
};

}  // namespace clip::client

#endif  // CLIENT_CLI_EMBEDDING_FLAGS_H_
