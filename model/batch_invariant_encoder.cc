#include "model/batch_invariant_encoder.h"

#include "model/base/status_macros.h"

namespace clip::model {
namespace {

// `encode` on each row alone, the results in order.
template <typename Rows, typename Encode>
absl::StatusOr<EmbeddingRows> OneByOne(Rows rows, const Encode& encode) {
  EmbeddingRows all;
  for (size_t i = 0; i < rows.size(); ++i) {
    CLIP_ASSIGN_OR_RETURN(const EmbeddingRows row, encode(rows.subspan(i, 1)));
    all.reserve(rows.size() * row.size());
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

}  // namespace

absl::StatusOr<EmbeddingRows> BatchInvariantEncoder::EncodeImage(
    absl::Span<const absl::Span<const float>> rows) {
  return OneByOne(rows,
                  [this](auto row) { return encoder_->EncodeImage(row); });
}

absl::StatusOr<EmbeddingRows> BatchInvariantEncoder::EncodeText(
    absl::Span<const absl::Span<const int32_t>> rows) {
  return OneByOne(rows, [this](auto row) { return encoder_->EncodeText(row); });
}

}  // namespace clip::model
