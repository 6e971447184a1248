#ifndef CLIENT_CLI_EMBEDDING_OUTPUT_H_
#define CLIENT_CLI_EMBEDDING_OUTPUT_H_

#include <cstddef>
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

// The sink that --output asks for. Borrows the console's streams. A table shows
// the names in `name_width` characters. UNKNOWN where a file cannot be written.
absl::StatusOr<std::unique_ptr<RowSink>> NewEmbeddingOutput(
    const OutputFlag& flag, ItemKind kind, EmbeddingFormat format,
    size_t name_width, Console* console);

// Wide enough for all names, within reason; for unknown names the most.
size_t NameWidthOf(const std::vector<std::string>& names);
inline constexpr size_t kMaxNameWidth = 40;

}  // namespace clip::client

#endif  // CLIENT_CLI_EMBEDDING_OUTPUT_H_
