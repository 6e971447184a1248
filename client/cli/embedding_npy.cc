#include "client/cli/embedding_npy.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

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
                           std::unique_ptr<NpyWriter> array, Lists lists)
    : sidecar_path_(path + ".json"),
      format_(format),
      name_key_(std::move(name_key)),
      with_tokens_(with_tokens),
      array_(std::move(array)),
      lists_(std::move(lists)) {}

absl::StatusOr<std::unique_ptr<EmbeddingNpy>> EmbeddingNpy::Create(
    const std::string& path, EmbeddingFormat format, std::string name_key,
    bool with_tokens) {
  absl::StatusOr<std::unique_ptr<NpyWriter>> array =
      NpyWriter::Create(path, ArrayTypeOf(format));
  if (!array.ok()) return array.status();
  Lists lists;
  for (std::unique_ptr<JsonList>* list :
       {&lists.names, &lists.token_counts, &lists.truncated, &lists.errors}) {
    absl::StatusOr<std::unique_ptr<JsonList>> created =
        JsonList::Create(path + ".json.part");
    if (!created.ok()) return created.status();
    *list = *std::move(created);
  }
  return std::unique_ptr<EmbeddingNpy>(
      new EmbeddingNpy(path, format, std::move(name_key), with_tokens,
                       *std::move(array), std::move(lists)));
}

absl::Status EmbeddingNpy::Add(const std::string& name, Row row,
                               const ModelVersion& model) {
  if (row.embedding.format != format_) {
    return absl::InternalError(
        fmt::format("the server answered in {} where {} was asked for",
                    FormatName(row.embedding.format), FormatName(format_)));
  }
  absl::Status noted = NoteRow(name, row);
  if (!noted.ok()) return noted;
  const absl::StatusOr<std::string> bytes = ArrayRow(std::move(row.embedding));
  if (!bytes.ok()) return bytes.status();
  model_ = model;
  return array_->AppendRow(*bytes);
}

absl::Status EmbeddingNpy::NoteRow(const std::string& name, const Row& row) {
  absl::Status noted = lists_.names->Add(JsonString(name));
  if (!noted.ok() || !with_tokens_) return noted;
  noted = lists_.token_counts->Add(fmt::format("{}", row.token_count));
  if (!noted.ok()) return noted;
  return lists_.truncated->Add(row.truncated ? "true" : "false");
}

absl::Status EmbeddingNpy::Fail(const std::string& name,
                                const absl::Status& why) {
  return lists_.errors->Add(JsonError(name_key_, name, why));
}

absl::Status EmbeddingNpy::Finish() {
  absl::Status finished = array_->Finish();
  if (!finished.ok()) return finished;
  return WriteSidecar();
}

absl::Status EmbeddingNpy::WriteSidecar() const {
  std::ofstream file(sidecar_path_);
  std::vector<std::pair<std::string, JsonList*>> entries = {
      {"names", lists_.names.get()}};
  if (with_tokens_) {
    entries.emplace_back("token_count", lists_.token_counts.get());
    entries.emplace_back("truncated", lists_.truncated.get());
  }
  entries.emplace_back("errors", lists_.errors.get());
  file << '{';
  for (const auto& [key, list] : entries) {
    file << '"' << key << "\": ";
    const absl::Status written = list->WriteTo(file);
    if (!written.ok()) return written;
    file << ",\n";
  }
  file << fmt::format("\"format\": \"{}\", \"model\": {}}}\n",
                      FormatName(format_),
                      model_.has_value() ? JsonModel(*model_) : "null");
  file.close();
  if (file.good()) return absl::OkStatus();
  return absl::UnknownError(fmt::format("cannot write {}", sidecar_path_));
}

}  // namespace clip::client
