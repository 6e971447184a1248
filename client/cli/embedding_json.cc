#include "client/cli/embedding_json.h"

#include <fmt/format.h>

#include <utility>

#include "client/cli/json_text.h"
#include "client/cli/output_check.h"
#include "client/embedding_numbers.h"

namespace clip::client {

EmbeddingJson::EmbeddingJson(std::ostream* out, std::string name_key,
                             bool with_tokens, std::unique_ptr<JsonList> errors)
    : out_(out),
      name_key_(std::move(name_key)),
      with_tokens_(with_tokens),
      errors_(std::move(errors)) {}

absl::StatusOr<std::unique_ptr<EmbeddingJson>> EmbeddingJson::Create(
    std::ostream* out, std::string name_key, bool with_tokens) {
  absl::StatusOr<std::unique_ptr<JsonList>> errors =
      JsonList::CreateTemporary();
  if (!errors.ok()) return errors.status();
  return std::unique_ptr<EmbeddingJson>(new EmbeddingJson(
      out, std::move(name_key), with_tokens, *std::move(errors)));
}

absl::Status EmbeddingJson::Add(const std::string& name, Row row,
                                const ModelVersion& model) {
  const absl::StatusOr<std::vector<float>> numbers = NumbersOf(row.embedding);
  if (!numbers.ok()) return numbers.status();
  *out_ << (model_.has_value() ? ",\n" : "{\"items\": [\n");
  *out_ << fmt::format("{{{}: {}", JsonString(name_key_), JsonString(name));
  if (with_tokens_) {
    *out_ << fmt::format(R"(, "token_count": {}, "truncated": {})",
                         row.token_count, row.truncated);
  }
  *out_ << ", \"embedding\": " << JsonArray(*numbers) << '}';
  model_ = model;
  format_ = row.embedding.format;
  return CheckOutput(*out_);
}

absl::Status EmbeddingJson::Fail(const std::string& name,
                                 const absl::Status& why) {
  return errors_->Add(JsonError(name_key_, name, why));
}

absl::Status EmbeddingJson::Finish() {
  if (!model_.has_value()) *out_ << "{\"items\": [";
  *out_ << "\n], \"errors\": ";
  const absl::Status listed = errors_->WriteTo(*out_);
  if (!listed.ok()) return listed;
  *out_ << ",\n";
  if (model_.has_value()) {
    *out_ << fmt::format(R"("format": "{}", "model": {}}})",
                         FormatName(format_), JsonModel(*model_));
  } else {
    *out_ << R"("format": null, "model": null})";
  }
  *out_ << std::endl;
  return CheckOutput(*out_);
}

}  // namespace clip::client
