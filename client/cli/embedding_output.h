#ifndef CLIENT_CLI_EMBEDDING_OUTPUT_H_
#define CLIENT_CLI_EMBEDDING_OUTPUT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/cli/output_flag.h"
#include "client/cli/row_sink.h"
#include "client/clip_values.h"

namespace clip::client {

// What the items of an encode command are.
enum class ItemKind { kImage, kText };

// The sink that --output asks for. Borrows the console's streams. UNKNOWN where
// its file cannot be written.
absl::StatusOr<std::unique_ptr<RowSink>> NewEmbeddingOutput(
    const OutputFlag& flag, ItemKind kind, EmbeddingFormat format,
    const std::vector<std::string>& names, Console* console);

}  // namespace clip::client

#endif  // CLIENT_CLI_EMBEDDING_OUTPUT_H_
