// Every config that open_clip ships: what it needs is supported, with exactly
// open_clip's keys and shapes, or it is refused with a reason; docs/models.md
// says which. Run with CLIP_UPDATE_DOCS=1 to write that page anew.
#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "model/checkpoint/sha256.h"
#include "model/config/hub_config.h"
#include "model/create_model.h"

namespace clip::model {
namespace {

using nlohmann::json;

std::string ReadSource(const std::string& path) {
  std::ifstream file(std::string(CLIP_SOURCE_DIR) + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The SHA-256 of the sorted lines "KEY [SHAPE]".
std::string DigestOfKeys(const torch::nn::Module& module) {
  std::set<std::string> lines;
  const auto add = [&lines](const auto& tensors) {
    for (const auto& item : tensors) {
      std::ostringstream line;
      line << item.key() << " " << item.value().sizes();
      lines.insert(line.str());
    }
  };
  add(module.named_parameters());
  add(module.named_buffers());
  std::string text;
  for (const std::string& line : lines) {
    text += (text.empty() ? "" : "\n") + line;
  }
  return Sha256(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

// What becomes of one config.
struct Row {
  std::string name;
  // Of a model that is supported.
  std::string architecture;
  std::string keys;
  // Why it is not.
  std::string refusal;
};

Row RowOf(const std::string& name, const json& model_cfg) {
  Row row;
  row.name = name;
  const auto config = ParseHubConfig(json{{"model_cfg", model_cfg}}.dump());
  if (!config.ok()) {
    row.refusal = std::string(config.status().message());
    return row;
  }
  // Nothing is allocated there, so that billions of parameters cost nothing.
  ParameterOptions options;
  options.device = c10::Device(c10::kMeta);
  const auto model = CreateModel(config->model, options);
  if (!model.ok()) {
    row.refusal = std::string(model.status().message());
    return row;
  }
  row.architecture = (*model)->architecture();
  row.keys = DigestOfKeys(**model);
  return row;
}

std::string Tokenizer(const json& model_cfg) {
  const json& text = model_cfg.at("text_cfg");
  if (text.contains("hf_tokenizer_name")) {
    return "`" + text["hf_tokenizer_name"].get<std::string>() + "`";
  }
  return text.value("tokenizer_type", "").empty() ? "CLIP" : "tiktoken";
}

std::string Page(const json& configs, const std::vector<Row>& rows) {
  std::ostringstream table;
  size_t supported = 0;
  for (const Row& row : rows) {
    const bool is_supported = row.refusal.empty();
    supported += is_supported ? 1 : 0;
    table << "| " << row.name << " | "
          << (is_supported ? row.architecture : "refused: " + row.refusal)
          << " | " << Tokenizer(configs.at(row.name).at("model_cfg")) << " |\n";
  }
  std::ostringstream page;
  page << "# Models\n\n"
       << "All " << rows.size() << " configs that open_clip ships (commit "
       << "89fb801, 4.2.0.dev0): " << supported << " are supported, the other "
       << rows.size() - supported << " are\nrefused with the reason below. "
       << "Supported means: the config is accepted, and the model has exactly\n"
       << "open_clip's keys and shapes. A tokenizer other than CLIP's is read "
       << "from the model's folder.\n\n"
       << "`models_table_test` makes this page and fails where it is not "
       << "true; `CLIP_UPDATE_DOCS=1` writes it anew.\n\n"
       << "| config | model | tokenizer |\n|---|---|---|\n"
       << table.str();
  return page.str();
}

TEST(ModelsTableTest, EveryConfigHasTheKeysOfOpenClipOrAReason) {
  const json configs =
      json::parse(ReadSource("tests/golden/configs/configs.json"));
  std::vector<Row> rows;
  for (const auto& [name, config] : configs.items()) {
    rows.push_back(RowOf(name, config.at("model_cfg")));
    const Row& row = rows.back();
    EXPECT_NE(row.refusal.empty(), row.architecture.empty()) << name;
    if (row.refusal.empty()) {
      EXPECT_EQ(row.keys, config.value("keys", "none")) << name;
    }
  }
  const std::string page = Page(configs, rows);
  const std::string path = "docs/models.md";
  if (std::getenv("CLIP_UPDATE_DOCS") != nullptr) {
    std::ofstream(std::string(CLIP_SOURCE_DIR) + "/" + path) << page;
  }
  EXPECT_EQ(ReadSource(path), page);
}

}  // namespace
}  // namespace clip::model
