#include "model/text_batch.h"

#include <algorithm>
#include <iterator>

namespace clip::model {
namespace {

// The position that the tower pools, as TextTransformer finds it.
int PooledPosition(const TextConfig& config, absl::Span<const int32_t> row) {
  if (config.pool == TextPool::kArgmax) {
    const auto* largest = std::max_element(row.begin(), row.end());
    return static_cast<int>(std::distance(row.begin(), largest));
  }
  const auto* eos = std::find(row.begin(), row.end(), config.eos_id);
  if (eos == row.end()) return 0;
  return static_cast<int>(std::distance(row.begin(), eos));
}

}  // namespace

int TextBatchLength(const TextConfig& config,
                    absl::Span<const absl::Span<const int32_t>> rows) {
  const bool pools_at_end =
      config.pool == TextPool::kArgmax || config.pool == TextPool::kEos;
  if (config.no_causal_mask || config.embed_cls || !pools_at_end) {
    return config.context_length;
  }
  int last = 0;
  for (const auto& row : rows) {
    last = std::max(last, PooledPosition(config, row));
  }
  constexpr int kStep = 8;
  const int rounded = (last / kStep + 1) * kStep;
  return std::min(rounded, config.context_length);
}

}  // namespace clip::model
