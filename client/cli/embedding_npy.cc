#include "client/cli/embedding_npy.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/str_join.h"
#include "client/cli/json_text.h"
#include "client/embedding_numbers.h"

namespace clip::client {
namespace {

NpyType ArrayTypeOf(EmbeddingFormat format) {
  switch (format) {
    case EmbeddingFormat::kFloat32:
    case EmbeddingFormat::kBfloat16:
      return NpyType::kFloat32;
    case EmbeddingFormat::kFloat16:
      return NpyType::kFloat16;
    case EmbeddingFormat::kInt8:
      return NpyType::kInt8;
    case EmbeddingFormat::kBinary:
      return NpyType::kUint8;
  }
  return NpyType::kFloat32;
}

std::string LittleEndian(const std::vector<float>& numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * sizeof(float));
  for (const float number : numbers) {
    uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof(bits));
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<char>(bits >> shift & 0xff));
    }
  }
  return bytes;
}

// The row as it stands in the array. The packed formats other than bfloat16
// are NumPy's own bytes already.
absl::StatusOr<std::string> ArrayRow(Embedding embedding) {
  if (ArrayTypeOf(embedding.format) != NpyType::kFloat32) {
    return std::move(embedding.packed);
  }
  const absl::StatusOr<std::vector<float>> numbers = NumbersOf(embedding);
  if (!numbers.ok()) return numbers.status();
  return LittleEndian(*numbers);
}

}  // namespace

EmbeddingNpy::EmbeddingNpy(const std::string& path, EmbeddingFormat format,
                           std::string name_key, bool with_tokens,
                           std::unique_ptr<NpyWriter> array)
    : sidecar_path_(path + ".json"),
      format_(format),
      name_key_(std::move(name_key)),
      with_tokens_(with_tokens),
      array_(std::move(array)) {}

absl::StatusOr<std::unique_ptr<EmbeddingNpy>> EmbeddingNpy::Create(
    const std::string& path, EmbeddingFormat format, std::string name_key,
    bool with_tokens) {
  absl::StatusOr<std::unique_ptr<NpyWriter>> array =
      NpyWriter::Create(path, ArrayTypeOf(format));
  if (!array.ok()) return array.status();
  return std::unique_ptr<EmbeddingNpy>(new EmbeddingNpy(
      path, format, std::move(name_key), with_tokens, *std::move(array)));
}

absl::Status EmbeddingNpy::Add(const std::string& name, Row row,
                               const ModelVersion& model) {
  if (row.embedding.format != format_) {
    return absl::InternalError(
        fmt::format("the server answered in {} where {} was asked for",
                    FormatName(row.embedding.format), FormatName(format_)));
  }
  const absl::StatusOr<std::string> bytes = ArrayRow(std::move(row.embedding));
  if (!bytes.ok()) return bytes.status();
  absl::Status appended = array_->AppendRow(*bytes);
  if (!appended.ok()) return appended;
  names_.push_back(JsonString(name));
  token_counts_.push_back(fmt::format("{}", row.token_count));
  truncated_.emplace_back(row.truncated ? "true" : "false");
  model_ = model;
  return absl::OkStatus();
}

absl::Status EmbeddingNpy::Fail(const std::string& name,
                                const absl::Status& why) {
  errors_.push_back(JsonError(name_key_, name, why));
  return absl::OkStatus();
}

absl::Status EmbeddingNpy::Finish() {
  absl::Status finished = array_->Finish();
  if (!finished.ok()) return finished;
  return WriteSidecar();
}

absl::Status EmbeddingNpy::WriteSidecar() const {
  std::ofstream file(sidecar_path_);
  file << "{\"names\": [" << absl::StrJoin(names_, ",\n") << "],\n";
  if (with_tokens_) {
    file << "\"token_count\": [" << absl::StrJoin(token_counts_, ", ")
         << "],\n\"truncated\": [" << absl::StrJoin(truncated_, ", ") << "],\n";
  }
  file << "\"errors\": [" << absl::StrJoin(errors_, ",\n") << "],\n"
       << fmt::format("\"format\": \"{}\", \"model\": {}}}\n",
                      FormatName(format_),
                      model_.has_value() ? JsonModel(*model_) : "null");
  file.close();
  if (file.good()) return absl::OkStatus();
  return absl::UnknownError(fmt::format("cannot write {}", sidecar_path_));
}

}  // namespace clip::client
