#ifndef SERVER_SERVICE_LABEL_SET_ENCODING_H_
#define SERVER_SERVICE_LABEL_SET_ENCODING_H_

#include <cstddef>
#include <functional>

#include "absl/status/statusor.h"
#include "server/pipeline/embedding_pipeline.h"
#include "server/service/label_set_registry.h"
#include "server/service/label_set_validation.h"
#include "server/service/served_models.h"

namespace clip::server {

struct EncodedLabelSet {
  LabelSet set;
  // Added up over the steps.
  CallTiming timing;
};

// Encodes a label set through the model's pipeline as open_clip's
// build_zero_shot_classifier does. At most `prompts_a_step` prompts are with
// the pipeline at a time, admitted, batched and cancelled like the texts of any
// call, so that a large set holds up nobody. `done` runs once, on this thread
// or on one of the pipeline's and under no lock, unless the pipeline loses the
// step, when `done` is destroyed.
//
// Errors as clients see them; a bad prompt names its label.
void EncodeLabelSet(const ServedModel& model, LabelSetSpec spec,
                    CallOptions options, size_t prompts_a_step,
                    std::function<void(absl::StatusOr<EncodedLabelSet>)> done);

}  // namespace clip::server

#endif  // SERVER_SERVICE_LABEL_SET_ENCODING_H_
