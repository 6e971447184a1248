#include "server/service/label_set_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"
#include "model/base/status_macros.h"
#include "model/zero_shot/prompt_templates.h"
#include "server/service/errors.h"

namespace clip::server {
namespace {

constexpr size_t kMaxNameBytes = 128;
constexpr int kMaxTemplates = 100;

absl::Status CheckName(std::string_view name) {
  const auto is_allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
           c == '_' || c == '-';
  };
  if (name.empty() || name.size() > kMaxNameBytes ||
      !std::all_of(name.begin(), name.end(), is_allowed)) {
    return BadField("name", fmt::format("1 to {} characters of A-Z, a-z, 0-9, "
                                        "'.', '_' and '-' are allowed",
                                        kMaxNameBytes));
  }
  return absl::OkStatus();
}

absl::Status CheckLabels(const v1::PutLabelSetRequest& request,
                         const ServedModel& model,
                         const LabelSetLimits& limits) {
  if (!model.tokenizer_unavailable.empty()) {
    return BadField("labels", fmt::format("this model takes token ids only: {}",
                                          model.tokenizer_unavailable));
  }
  if (request.labels().empty()) return BadField("labels", "no label is given");
  if (request.labels_size() > limits.max_labels) {
    return BadField("labels",
                    fmt::format("{} labels; at most {} are allowed",
                                request.labels_size(), limits.max_labels));
  }
  std::set<std::string_view> seen;
  for (int i = 0; i < request.labels_size(); ++i) {
    const std::string field = fmt::format("labels[{}]", i);
    if (request.labels(i).empty()) return BadField(field, "empty");
    if (!seen.insert(request.labels(i)).second) {
      return BadField(field, "the same label twice");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> OwnTemplates(
    const v1::PutLabelSetRequest& request, const ServiceLimits& limits) {
  if (request.template_set() != v1::TEMPLATE_SET_UNSPECIFIED) {
    return BadField("template_set",
                    "templates and template_set exclude each other");
  }
  if (request.templates_size() > kMaxTemplates) {
    return BadField("templates",
                    fmt::format("{} templates; at most {} are allowed",
                                request.templates_size(), kMaxTemplates));
  }
  for (int i = 0; i < request.templates_size(); ++i) {
    const std::string& text = request.templates(i);
    const std::string field = fmt::format("templates[{}]", i);
    if (text.size() > limits.max_text_bytes) {
      return BadField(field, fmt::format("{} bytes; at most {} are allowed",
                                         text.size(), limits.max_text_bytes));
    }
    const absl::Status status = model::CheckPromptTemplate(text);
    if (!status.ok()) return BadField(field, std::string(status.message()));
  }
  return std::vector<std::string>(request.templates().begin(),
                                  request.templates().end());
}

absl::StatusOr<std::vector<std::string>> TemplatesOf(
    const v1::PutLabelSetRequest& request, const ServiceLimits& limits) {
  if (!request.templates().empty()) return OwnTemplates(request, limits);
  absl::Span<const std::string_view> known;
  switch (request.template_set()) {
    case v1::TEMPLATE_SET_UNSPECIFIED:
    case v1::SIMPLE:
      known = model::SimplePromptTemplates();
      break;
    case v1::OPENAI:
      known = model::OpenAiPromptTemplates();
      break;
    default:
      return BadField("template_set",
                      fmt::format("{} is no clip.v1.TemplateSet",
                                  static_cast<int>(request.template_set())));
  }
  return std::vector<std::string>(known.begin(), known.end());
}

// The longest label makes the longest prompts.
absl::Status CheckPromptBytes(const LabelSetSpec& spec,
                              const ServiceLimits& limits) {
  const auto longest = std::max_element(
      spec.labels.begin(), spec.labels.end(),
      [](const auto& a, const auto& b) { return a.size() < b.size(); });
  for (size_t i = 0; i < spec.templates.size(); ++i) {
    const size_t bytes = model::PromptBytes(spec.templates[i], longest->size());
    if (bytes <= limits.max_text_bytes) continue;
    return BadField(
        fmt::format("labels[{}]", longest - spec.labels.begin()),
        fmt::format("{} bytes in templates[{}]; at most {} are allowed", bytes,
                    i, limits.max_text_bytes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LabelSetSpec> CheckLabelSet(
    const v1::PutLabelSetRequest& request, const ServedModel& model,
    const ServiceLimits& limits) {
  CLIP_RETURN_IF_ERROR(CheckName(request.name()));
  CLIP_RETURN_IF_ERROR(CheckLabels(request, model, limits.label_sets));
  LabelSetSpec spec;
  spec.name = request.name();
  spec.labels.assign(request.labels().begin(), request.labels().end());
  CLIP_ASSIGN_OR_RETURN(spec.templates, TemplatesOf(request, limits));
  CLIP_RETURN_IF_ERROR(CheckPromptBytes(spec, limits));
  return spec;
}

}  // namespace clip::server
