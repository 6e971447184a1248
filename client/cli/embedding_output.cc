#include "client/cli/embedding_output.h"

#include <utility>

#include "client/cli/embedding_json.h"
#include "client/cli/embedding_npy.h"
#include "client/cli/embedding_table.h"
#include "client/cli/table_cell.h"

namespace clip::client {

size_t NameWidthOf(const std::vector<std::string>& names) {
  return ColumnWidth(names, kMaxNameWidth);
}

absl::StatusOr<std::unique_ptr<RowSink>> NewEmbeddingOutput(
    const OutputFlag& flag, ItemKind kind, EmbeddingFormat format,
    size_t name_width, Console* console) {
  const bool are_texts = kind == ItemKind::kText;
  const std::string name_key = are_texts ? "text" : "file";
  switch (flag.kind) {
    case OutputFlag::Kind::kJson:
      return EmbeddingJson::Create(&console->out, name_key, are_texts);
    case OutputFlag::Kind::kNpy:
      return EmbeddingNpy::Create(flag.npy_file, format, name_key, are_texts);
    case OutputFlag::Kind::kTable:
      break;
  }
  return std::make_unique<EmbeddingTable>(&console->out, name_width, are_texts);
}

}  // namespace clip::client
