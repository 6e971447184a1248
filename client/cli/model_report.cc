#include "client/cli/model_report.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/str_join.h"
#include "client/cli/json_text.h"
#include "client/cli/table_cell.h"

namespace clip::client {
namespace {

constexpr size_t kMaxValueWidth = 200;

std::string Numbers(const std::vector<float>& values) {
  return absl::StrJoin(values, ", ", [](std::string* out, float value) {
    out->append(fmt::format("{}", value));
  });
}

std::vector<std::pair<std::string, std::string>> FactsOf(
    const ModelInfo& model) {
  const Preprocessing& preprocessing = model.preprocessing;
  std::vector<std::pair<std::string, std::string>> facts = {
      {"architecture", model.architecture},
      {"embedding", fmt::format("{} dimensions", model.embed_dim)},
      {"image", fmt::format("{} x {} pixels, {} resize, {}", model.image_width,
                            model.image_height, preprocessing.resize_mode,
                            preprocessing.interpolation)},
      {"mean", Numbers(preprocessing.mean)},
      {"std", Numbers(preprocessing.std)},
      {"text",
       fmt::format("{} tokens of {}", model.context_length, model.vocab_size)},
      {"dtype", model.dtype},
      {"device", model.device},
      {"logit scale", fmt::format("{}", model.logit_scale)}};
  if (model.logit_bias.has_value()) {
    facts.emplace_back("logit bias", fmt::format("{}", *model.logit_bias));
  }
  facts.emplace_back("checkpoint", "sha256 " + model.checkpoint_sha256);
  return facts;
}

std::string ModelAsJson(const ModelInfo& model) {
  const Preprocessing& preprocessing = model.preprocessing;
  std::string json = fmt::format(
      R"({{"name": {}, "architecture": {}, "embed_dim": {}, )"
      R"("image_width": {}, "image_height": {}, "context_length": {}, )"
      R"("vocab_size": {}, "preprocessing": {{"mean": {}, "std": {}, )"
      R"("interpolation": {}, "resize_mode": {}}}, )"
      R"("dtype": {}, "device": {}, "checkpoint_sha256": {}, )"
      R"("logit_scale": {})",
      JsonString(model.name), JsonString(model.architecture), model.embed_dim,
      model.image_width, model.image_height, model.context_length,
      model.vocab_size, JsonArray(preprocessing.mean),
      JsonArray(preprocessing.std), JsonString(preprocessing.interpolation),
      JsonString(preprocessing.resize_mode), JsonString(model.dtype),
      JsonString(model.device), JsonString(model.checkpoint_sha256),
      model.logit_scale);
  if (model.logit_bias.has_value()) {
    json += fmt::format(R"(, "logit_bias": {})", *model.logit_bias);
  }
  return json + "}";
}

}  // namespace

std::string ModelsAsTable(const std::vector<ModelInfo>& models) {
  std::string table;
  for (const ModelInfo& model : models) {
    table += Printable(model.name, kMaxValueWidth) + "\n";
    for (const auto& [name, value] : FactsOf(model)) {
      table +=
          fmt::format("  {:<13} {}\n", name, Printable(value, kMaxValueWidth));
    }
  }
  return table;
}

std::string ModelsAsJson(const std::vector<ModelInfo>& models) {
  std::vector<std::string> entries;
  entries.reserve(models.size());
  for (const ModelInfo& model : models) entries.push_back(ModelAsJson(model));
  return "{\"models\": [\n" + absl::StrJoin(entries, ",\n") + "\n]}\n";
}

}  // namespace clip::client
