// The values that ClipClient takes and gives: plain C++, no protobuf. Each
// mirrors the message of the same name in proto/clip/v1/clip.proto, where the
// limits stand.
#ifndef CLIENT_CLIP_VALUES_H_
#define CLIENT_CLIP_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace clip::client {

// A whole JPEG, PNG, WebP or BMP file.
struct EncodedImage {
  std::string file;
};

// Height x width x 3 unsigned bytes, rows from the top, channels R, G, B.
struct RgbImage {
  uint32_t width = 0;
  uint32_t height = 0;
  std::string data;
};

// 3 x S x S little-endian float32, already resized and normalized.
struct PixelValues {
  std::string data;
};

using Image = std::variant<EncodedImage, RgbImage, PixelValues>;

// Ids of the model's vocabulary, start and end of text included.
using TokenIds = std::vector<int32_t>;

enum class EmbeddingFormat { kFloat32, kFloat16, kBfloat16, kInt8, kBinary };

struct EmbeddingOptions {
  // Divide by the L2 norm. Scores are cosines only of normalized embeddings.
  bool normalize = true;
  // Smaller formats save bytes on the wire and lose precision.
  EmbeddingFormat format = EmbeddingFormat::kFloat32;
  // Keep the first N dimensions; 0 = all.
  uint32_t dimensions = 0;
};

struct Embedding {
  EmbeddingFormat format = EmbeddingFormat::kFloat32;
  // kFloat32 only: one value a dimension.
  std::vector<float> values;
  // Every other format; embedding_numbers.h reads it.
  std::string packed;
};

// Which weights answered.
struct ModelVersion {
  std::string name;
  // 64 lower-case hexadecimal digits.
  std::string checkpoint_sha256;
};

// Where the server spent the time of one call.
struct Timing {
  absl::Duration preprocess;
  absl::Duration queue;
  absl::Duration forward;
  absl::Duration total;
};

// An empty `model` means the server's default, here and below.
struct EncodeImageRequest {
  std::string model;
  std::vector<Image> images;
  EmbeddingOptions options;
};

struct EncodeImageReply {
  // One per picture, in request order.
  std::vector<Embedding> embeddings;
  ModelVersion model;
  Timing timing;
};

// Exactly one of texts (UTF-8) and token_ids is filled.
struct EncodeTextRequest {
  std::string model;
  std::vector<std::string> texts;
  std::vector<TokenIds> token_ids;
  EmbeddingOptions options;
};

struct EncodeTextReply {
  // One per text, in request order, as are the two lists below.
  std::vector<Embedding> embeddings;
  ModelVersion model;
  Timing timing;
  // Ids fed to the model, start and end included, padding not.
  std::vector<uint32_t> token_count;
  // True where the text was longer than the model's context.
  std::vector<bool> truncated;
};

// One picture or text of a stream.
struct StreamItem {
  // Of the caller's choice; its answer has it too. The stream reads nothing out
  // of it, so that even equal ones are no mistake.
  uint64_t id = 0;
  // A string is a text, in UTF-8.
  std::variant<Image, std::string, TokenIds> content;
};

// The answer to one item of a stream.
struct StreamReply {
  Embedding embedding;
  // Texts only; as in EncodeTextReply.
  uint32_t token_count = 0;
  bool truncated = false;
};

// Exactly one of images and image_embeddings, and exactly one of texts,
// text_embeddings and label_set, is filled.
struct SimilarityRequest {
  std::string model;
  std::vector<Image> images;
  std::vector<std::string> texts;
  std::vector<Embedding> image_embeddings;
  std::vector<Embedding> text_embeddings;
  // Name of a label set of the model; see PutLabelSetRequest.
  std::string label_set;
};

struct SimilarityReply {
  // Pictures and texts.
  uint32_t rows = 0;
  uint32_t columns = 0;
  // rows x columns, row-major.
  std::vector<float> logits;
  // The same shape: a softmax over the texts of one picture; with a logit
  // bias, the sigmoid of each logit.
  std::vector<float> probabilities;
  // The factor itself, not its logarithm.
  float logit_scale = 0;
  std::optional<float> logit_bias;
  ModelVersion model;
  Timing timing;
  // Per text given as a string: as in EncodeTextReply.
  std::vector<uint32_t> token_count;
  std::vector<bool> truncated;
  // The names of the columns where the request has a label_set.
  std::vector<std::string> labels;
};

// Prompt templates that the server knows.
enum class TemplateSet { kSimple, kOpenAi };

// A set of labels that the server encodes once and keeps, for as long as its
// process lives. One of the same name and model is replaced.
struct PutLabelSetRequest {
  std::string model;
  // 1 to 128 characters of A-Z, a-z, 0-9, '.', '_' and '-'.
  std::string name;
  // UTF-8, no two alike.
  std::vector<std::string> labels;
  // With "{}" or "{c}" for the label. Empty = those of template_set.
  std::vector<std::string> templates;
  TemplateSet template_set = TemplateSet::kSimple;
};

struct LabelSet {
  std::string name;
  ModelVersion model;
  // The columns of a Similarity with this set.
  std::vector<std::string> labels;
  uint32_t template_count = 0;
  // Prompts that were longer than the model's context.
  uint32_t truncated_count = 0;
};

struct PutLabelSetReply {
  LabelSet label_set;
  Timing timing;
};

// How the server turns pictures into the model's input.
struct Preprocessing {
  // Per channel R, G, B, on a 0 to 1 scale.
  std::vector<float> mean;
  std::vector<float> std;
  std::string interpolation;
  std::string resize_mode;
};

struct ModelInfo {
  std::string name;
  std::string architecture;
  uint32_t embed_dim = 0;
  // Pixels.
  uint32_t image_width = 0;
  uint32_t image_height = 0;
  // Token ids a text, start and end included.
  uint32_t context_length = 0;
  uint32_t vocab_size = 0;
  Preprocessing preprocessing;
  std::string dtype;
  std::string device;
  // 64 lower-case hexadecimal digits.
  std::string checkpoint_sha256;
  // The factor itself, not its logarithm.
  float logit_scale = 0;
  std::optional<float> logit_bias;
};

}  // namespace clip::client

#endif  // CLIENT_CLIP_VALUES_H_
