#ifndef MODEL_BATCH_INVARIANT_ENCODER_H_
#define MODEL_BATCH_INVARIANT_ENCODER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/encoder.h"

namespace clip::model {

// An encoder whose embedding of a row does not depend, to the last bit, on the
// rows that ride with it: it runs them one by one. Shapes decide how products
// are summed, so no larger batch could promise that.
//
// Costs what batches gain; server/README.md has the figures. A row that fails
// fails the call, as everywhere.
class BatchInvariantEncoder final : public Encoder {
 public:
  explicit BatchInvariantEncoder(std::unique_ptr<Encoder> encoder)
      : encoder_(std::move(encoder)) {}

  const ModelInfo& info() const override { return encoder_->info(); }
  absl::StatusOr<EmbeddingRows> EncodeImage(
      absl::Span<const absl::Span<const float>> rows) override;
  absl::StatusOr<EmbeddingRows> EncodeText(
      absl::Span<const absl::Span<const int32_t>> rows) override;
  int TextLength(absl::Span<const int32_t> row) const override {
    return encoder_->TextLength(row);
  }

 private:
  const std::unique_ptr<Encoder> encoder_;
};

}  // namespace clip::model

#endif  // MODEL_BATCH_INVARIANT_ENCODER_H_
