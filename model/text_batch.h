#ifndef MODEL_TEXT_BATCH_H_
#define MODEL_TEXT_BATCH_H_

#include <cstdint>

#include "absl/types/span.h"
#include "model/config/text_config.h"

namespace clip::model {

// The position that a native tower pools at the end of the text. Pure.
// REQUIRES: SeesNothingBehindPooled(config)
int PooledPosition(const TextConfig& config, absl::Span<const int32_t> row);

// How many positions of these rows the model has to read. A causal tower that
// pools at the end of a text never looks behind it, so that a batch of short
// texts needs only its longest one; the answer is the same. So does a Hugging
// Face tower, which sees no padding, up to its last other id. The length is
// rounded up to a multiple of 8, at most the context length: few shapes keep
// LibTorch's caches small.
//
// The context length itself for a tower that sees every position. Pure. Each
// row has exactly context_length ids.
int TextBatchLength(const TextConfig& config,
                    absl::Span<const absl::Span<const int32_t>> rows);

}  // namespace clip::model

#endif  // MODEL_TEXT_BATCH_H_
