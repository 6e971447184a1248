#include "model/text_batch.h"

#include <algorithm>
#include <iterator>

#include "model/config/hf_models.h"

namespace clip::model {
namespace {

// The position of the last id that is not padding: a Hugging Face tower sees no
// padding and pools none.
int LastToken(int32_t padding, absl::Span<const int32_t> row) {
  const auto last = std::find_if(row.rbegin(), row.rend(),
                                 [=](int32_t id) { return id != padding; });
  return static_cast<int>(std::distance(last, row.rend())) - 1;
}

int RoundUp(int last, int context_length) {
  constexpr int kStep = 8;
  return std::min((last / kStep + 1) * kStep, context_length);
}

int HfBatchLength(const TextConfig& config,
                  absl::Span<const absl::Span<const int32_t>> rows) {
  const auto model = FindHfModel(config.hf);
  if (!model.has_value()) return config.context_length;
  int last = 0;
  for (const auto& row : rows) {
    last = std::max(last, LastToken(model->pad_token_id, row));
  }
  return RoundUp(last, config.context_length);
}

}  // namespace

int PooledPosition(const TextConfig& config, absl::Span<const int32_t> row) {
  if (config.pool == TextPool::kArgmax) {
    const auto* largest = std::max_element(row.begin(), row.end());
    return static_cast<int>(std::distance(row.begin(), largest));
  }
  const auto* eos = std::find(row.begin(), row.end(), config.eos_id);
  if (eos == row.end()) return 0;
  return static_cast<int>(std::distance(row.begin(), eos));
}

int TextBatchLength(const TextConfig& config,
                    absl::Span<const absl::Span<const int32_t>> rows) {
  if (config.architecture == TextArchitecture::kHuggingFace) {
    return HfBatchLength(config, rows);
  }
  if (!SeesNothingBehindPooled(config)) return config.context_length;
  int last = 0;
  for (const auto& row : rows) {
    last = std::max(last, PooledPosition(config, row));
  }
  return RoundUp(last, config.context_length);
}

}  // namespace clip::model
