#ifndef SERVER_PIPELINE_ITEM_PREPROCESSOR_H_
#define SERVER_PIPELINE_ITEM_PREPROCESSOR_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/load_model.h"
#include "server/batching/lane.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/pipeline/prepared_row.h"
#include "server/pipeline/row_buffer_pool.h"

namespace clip::server {

// Turns an item of a call into the row that the model reads.
//
// Thread-safe. `model` must outlive it.
//
// Errors: INVALID_ARGUMENT for a bad item, worded for the caller;
// RESOURCE_EXHAUSTED where memory is short; INTERNAL for what a decoder throws.
class ItemPreprocessor {
 public:
  // Keeps at most `max_idle_rows` rows of pictures for reuse.
  ItemPreprocessor(const model::LoadedModel& model, size_t max_idle_rows);

  static batching::Lane LaneOf(const PipelineItem& item);

  // Bytes of the item as it came.
  static size_t InputBytes(const PipelineItem& item);

  // Bytes of a message of `message_bytes` beside those of its items.
  static size_t BytesBeside(absl::Span<const PipelineItem> items,
                            size_t message_bytes);

  // Bytes that the item holds until it is answered: its input and its row.
  size_t HeldBytes(const PipelineItem& item) const;

  absl::StatusOr<PreparedRow> Prepare(const PipelineItem& item);

  // A row that is valid and as long as can be, to try the model with. Texts of
  // different numbers have no beginning in common, since a model may compute
  // that only once.
  PreparedRow SampleRow(batching::Lane lane, int number = 0);
  // The same for a text of `length` ids, 1 to context_length.
  PreparedRow SampleText(int length, int number = 0) const;

 private:
  // An id that neither ends a text nor is padding, where there is one; those of
  // most different numbers differ.
  int32_t WordId(int number) const;
  PreparedRow TextRow(std::vector<int32_t> ids, int token_count,
                      bool truncated) const;
  int32_t pad_id() const {
    return model_.tokenizer == nullptr ? 0 : model_.tokenizer->pad_id();
  }
  absl::StatusOr<PreparedRow> PrepareItem(const EncodedImage& image);
  absl::StatusOr<PreparedRow> PrepareItem(const RgbPixels& image);
  absl::StatusOr<PreparedRow> PrepareItem(const NormalizedPixels& image);
  absl::StatusOr<PreparedRow> PrepareItem(const TextString& text);
  absl::StatusOr<PreparedRow> PrepareItem(const TextTokens& text);

  const model::LoadedModel& model_;
  RowBufferPool rows_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_ITEM_PREPROCESSOR_H_
