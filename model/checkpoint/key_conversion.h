#ifndef MODEL_CHECKPOINT_KEY_CONVERSION_H_
#define MODEL_CHECKPOINT_KEY_CONVERSION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/checkpoint/state_dict.h"

namespace clip::model {

// A part of a key and what it becomes. `from` ends where the key does or at a
// dot.
struct KeyRename {
  absl::string_view from;
  absl::string_view to;
};

// `key` with the first `from` that it begins with replaced; nullopt where it
// begins with none.
std::optional<std::string> RenameKey(absl::string_view key,
                                     absl::Span<const KeyRename> renames);

// The layers of a Hugging Face encoder and of the tower that they become.
struct EncoderConversion {
  // For example "text_model.encoder.layers.".
  absl::string_view from;
  // For example "transformer.resblocks.".
  absl::string_view to;
  // Within a layer, all but the query, key and value projections.
  absl::Span<const KeyRename> renames;
  // What the three projections become: "attn.in_proj_weight" and
  // "attn.in_proj_bias", or "attn.qkv.weight" and "attn.qkv.bias".
  absl::string_view fused_weight;
  absl::string_view fused_bias;
};

// Builds the tensors of a converted checkpoint and refuses two of one name.
class ConvertedTensors {
 public:
  explicit ConvertedTensors(const StateDict& source) : source_(source) {}

  // Adds `view`, made from the tensor `from`, or passes its error on with the
  // name of that tensor.
  absl::Status Add(const std::string& to, const std::string& from,
                   absl::StatusOr<TensorView> view);

  // Converts the tensor `name` where it belongs to a layer of the encoder, q,
  // k and v fused to one. Tells whether it did.
  absl::StatusOr<bool> AddLayerTensor(const std::string& name,
                                      const TensorView& view,
                                      const EncoderConversion& conversion);

  // The finished checkpoint.
  StateDict Take() { return source_.WithTensors(std::move(tensors_)); }

 private:
  absl::Status AddFused(const std::string& layer, const std::string& kind,
                        const std::string& to);

  const StateDict& source_;
  StateDict::Tensors tensors_;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_KEY_CONVERSION_H_
