#ifndef SERVER_PIPELINE_PREPARED_ROW_H_
#define SERVER_PIPELINE_PREPARED_ROW_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "server/batching/lane.h"
#include "server/pipeline/row_buffer_pool.h"

namespace clip::server {

// One item as the model reads it: 3 x H x W normalized floats, or
// context_length token ids. Movable.
struct PreparedRow {
  std::variant<RowBuffer, std::vector<int32_t>> values;
  // Texts only; see clip.v1.EncodeTextResponse.
  int token_count = 0;
  bool truncated = false;
  // Positions that the model reads of it; see batching::BatchTask.
  int length = 1;

  batching::Lane lane() const {
    return std::holds_alternative<RowBuffer>(values) ? batching::Lane::kImage
                                                     : batching::Lane::kText;
  }
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_PREPARED_ROW_H_
