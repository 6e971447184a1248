#include "model/config/hf_models.h"

namespace clip::model {
namespace {

// What one line of the table says; the rest follows from the architecture.
struct HfModel {
  std::string_view name;
  HfArchitecture architecture;
  int vocab_size;
  int hidden_size;
  int num_hidden_layers;
  int num_attention_heads;
  int intermediate_size;
};

using A = HfArchitecture;

constexpr HfModel kModels[] = {
    // clang-format off
    {"roberta-base",                      A::kRoberta,  50265,  768, 12, 12,  3072},
    {"FacebookAI/roberta-base",           A::kRoberta,  50265,  768, 12, 12,  3072},
    {"roberta-large",                     A::kRoberta,  50265, 1024, 24, 16,  4096},
    {"FacebookAI/roberta-large",          A::kRoberta,  50265, 1024, 24, 16,  4096},
    {"xlm-roberta-base",                  A::kRoberta, 250002,  768, 12, 12,  3072},
    {"FacebookAI/xlm-roberta-base",       A::kRoberta, 250002,  768, 12, 12,  3072},
    {"xlm-roberta-large",                 A::kRoberta, 250002, 1024, 24, 16,  4096},
    {"FacebookAI/xlm-roberta-large",      A::kRoberta, 250002, 1024, 24, 16,  4096},
    {"google/mt5-small",                  A::kMt5,     250112,  512,  8,  6,  1024},
    {"google/mt5-base",                   A::kMt5,     250112,  768, 12, 12,  2048},
    {"google/mt5-large",                  A::kMt5,     250112, 1024, 24, 16,  2816},
    {"google/mt5-xl",                     A::kMt5,     250112, 2048, 24, 32,  5120},
    {"google/mt5-xxl",                    A::kMt5,     250112, 4096, 24, 64, 10240},
    {"facebook/nllb-200-distilled-600M",  A::kM2m100,  256206, 1024, 12, 16,  4096},
    {"facebook/nllb-200-distilled-1.3B",  A::kM2m100,  256206, 1024, 24, 16,  8192},
    {"facebook/nllb-200-1.3B",            A::kM2m100,  256206, 1024, 24, 16,  8192},
    {"facebook/nllb-200-3.3B",            A::kM2m100,  256206, 2048, 24, 16,  8192},
    {"facebook/m2m100_418M",              A::kM2m100,  128112, 1024, 12, 16,  4096},
    {"facebook/m2m100_1.2B",              A::kM2m100,  128112, 1024, 24, 16,  8192},
    {"answerdotai/ModernBERT-base",       A::kModernBert, 50368,  768, 22, 12, 1152},
    {"answerdotai/ModernBERT-large",      A::kModernBert, 50368, 1024, 28, 16, 2624},
    {"Alibaba-NLP/gte-modernbert-base",   A::kModernBert, 50368,  768, 22, 12, 1152},
    {"bert-base-uncased",                 A::kBert,     30522,  768, 12, 12,  3072},
    {"google-bert/bert-base-uncased",     A::kBert,     30522,  768, 12, 12,  3072},
    {"bert-large-uncased",                A::kBert,     30522, 1024, 24, 16,  4096},
    {"google-bert/bert-large-uncased",    A::kBert,     30522, 1024, 24, 16,  4096},
    {"microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract",
                                          A::kBert,     30522,  768, 12, 12,  3072},
    {"microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract-fulltext",
                                          A::kBert,     30522,  768, 12, 12,  3072},
    {"microsoft/BiomedNLP-PubMedBERT-base-uncased-abstract",
                                          A::kBert,     30522,  768, 12, 12,  3072},
    {"microsoft/BiomedNLP-PubMedBERT-base-uncased-abstract-fulltext",
                                          A::kBert,     30522,  768, 12, 12,  3072},
    // clang-format on
};

// What all published models of an architecture share.
HfModelConfig Family(HfArchitecture architecture) {
  HfModelConfig config;
  config.architecture = architecture;
  switch (architecture) {
    case HfArchitecture::kBert:
      break;
    case HfArchitecture::kRoberta:
      config.max_position_embeddings = 514;
      config.type_vocab_size = 1;
      config.pad_token_id = 1;
      config.layer_norm_eps = 1e-5;
      break;
    case HfArchitecture::kMt5:
      config.layer_norm_eps = 1e-6;
      break;
    case HfArchitecture::kM2m100:
      config.max_position_embeddings = 1024;
      config.pad_token_id = 1;
      config.layer_norm_eps = 1e-5;
      break;
    case HfArchitecture::kModernBert:
      config.max_position_embeddings = 8192;
      config.pad_token_id = 50283;
      config.layer_norm_eps = 1e-5;
      break;
  }
  return config;
}

}  // namespace

std::optional<HfModelConfig> FindHfModel(std::string_view name) {
  for (const HfModel& model : kModels) {
    if (model.name != name) continue;
    HfModelConfig config = Family(model.architecture);
    config.vocab_size = model.vocab_size;
    config.hidden_size = model.hidden_size;
    config.num_hidden_layers = model.num_hidden_layers;
    config.num_attention_heads = model.num_attention_heads;
    config.intermediate_size = model.intermediate_size;
    return config;
  }
  return std::nullopt;
}

std::optional<HfModelConfig> FindHfModel(const HfTextConfig& text) {
  std::optional<HfModelConfig> config =
      FindHfModel(std::string_view(text.model_name));
  if (config.has_value() && text.max_position_embeddings.has_value()) {
    config->max_position_embeddings = *text.max_position_embeddings;
  }
  return config;
}

std::vector<std::string_view> HfModelNames() {
  std::vector<std::string_view> names;
  for (const HfModel& model : kModels) names.push_back(model.name);
  return names;
}

}  // namespace clip::model
