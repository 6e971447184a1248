#include "client/cli/embedding_output.h"

#include <utility>

#include "client/cli/embedding_json.h"
#include "client/cli/embedding_npy.h"
#include "client/cli/embedding_table.h"
#include "client/cli/table_cell.h"

namespace clip::client {
namespace {

constexpr size_t kMaxItemWidth = 40;

}  // namespace

absl::StatusOr<std::unique_ptr<RowSink>> NewEmbeddingOutput(
    const OutputFlag& flag, ItemKind kind, EmbeddingFormat format,
    const std::vector<std::string>& names, Console* console) {
  const bool are_texts = kind == ItemKind::kText;
  const std::string name_key = are_texts ? "text" : "file";
  switch (flag.kind) {
    case OutputFlag::Kind::kJson:
      return std::make_unique<EmbeddingJson>(&console->out, name_key,
                                             are_texts);
    case OutputFlag::Kind::kNpy:
      return EmbeddingNpy::Create(flag.npy_file, format, name_key, are_texts);
    case OutputFlag::Kind::kTable:
      break;
  }
  return std::make_unique<EmbeddingTable>(
      &console->out, ColumnWidth(names, kMaxItemWidth), are_texts);
}

}  // namespace clip::client
