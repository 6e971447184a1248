#ifndef MODEL_ENCODER_H_
#define MODEL_ENCODER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/config/preprocess_config.h"

namespace clip::model {

// What a loaded model is. A plain value.
struct ModelInfo {
  // Class and towers, for example
  // "CLIP(VisionTransformer, TextTransformer)".
  std::string architecture;
  int embed_dim = 0;
  // Token ids a text, start and end of text included.
  int context_length = 0;
  int vocab_size = 0;
  // True: of every text of a batch as many positions are read as of the longest
  // one. False: of each its own, and of a common beginning only once.
  bool pads_texts = true;
  // The id that ends a text, where the tower pools.
  int32_t end_id = 0;
  PreprocessConfig preprocess;
  // "float32", "bfloat16", "float16" or "int8".
  std::string dtype;
  // "cpu" or "cuda:N".
  std::string device;
  // 64 lower-case hexadecimal digits.
  std::string checkpoint_sha256;
  // The factor itself: exp of the model's logit_scale parameter.
  float logit_scale = 1.0F;
  std::optional<float> logit_bias;
};

// Embeddings of one batch, row-major [rows, embed_dim] float32, in input order
// and not normalized.
using EmbeddingRows = std::vector<float>;

// A CLIP model that turns batches of preprocessed rows into embeddings. This
// is all that the server knows of the model: no tensor crosses it.
//
// Thread-safe. Borrows its arguments for the duration of a call only. On a GPU
// the rows of one call are copied there while those of another are computed, so
// two threads that call keep it busy.
//
// Errors: INVALID_ARGUMENT for a row of the wrong length or a token id outside
// the vocabulary, checked before the model runs; RESOURCE_EXHAUSTED when
// device memory is short, after which a call with fewer rows may still have
// room; INTERNAL for anything that the model itself throws. On an error no row
// has a result.
//
// It does not batch, queue, decode, tokenize or normalize.
class Encoder {
 public:
  virtual ~Encoder() = default;

  virtual const ModelInfo& info() const = 0;

  // Each row is one picture: 3 x image_height x image_width float32, channels
  // first, normalized by the mean and std of info().preprocess.
  virtual absl::StatusOr<EmbeddingRows> EncodeImage(
      absl::Span<const absl::Span<const float>> rows) = 0;

  // Each row is one text: exactly context_length token ids, padded.
  virtual absl::StatusOr<EmbeddingRows> EncodeText(
      absl::Span<const absl::Span<const int32_t>> rows) = 0;

  // How many positions of this text the model reads where it is alone in its
  // batch; see info().pads_texts. What a batch of texts costs grows with them.
  // REQUIRES: context_length token ids.
  virtual int TextLength(absl::Span<const int32_t> /*row*/) const {
    return info().context_length;
  }

  // Where texts are not padded: how many positions of each the model computes
  // in a batch of these. What some begin with in common counts for the first.
  virtual std::vector<int> TextPositions(
      absl::Span<const absl::Span<const int32_t>> rows) const {
    std::vector<int> positions;
    for (const auto& row : rows) positions.push_back(TextLength(row));
    return positions;
  }
};

}  // namespace clip::model

#endif  // MODEL_ENCODER_H_
