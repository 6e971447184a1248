#include "model/zero_shot/prompt_templates.h"

#include "absl/strings/str_cat.h"

namespace clip::model {
namespace {

#include "model/zero_shot/data/prompt_templates.inc"

constexpr std::string_view kBraces = "{}";
constexpr std::string_view kNamed = "{c}";

// Bytes of the placeholder at the front of `text`; 0 where there is none.
size_t PlaceholderLength(std::string_view text) {
  for (const std::string_view placeholder : {kBraces, kNamed}) {
    if (text.substr(0, placeholder.size()) == placeholder) {
      return placeholder.size();
    }
  }
  return 0;
}

// Calls `literal` with each part between placeholders and `label` at each
// placeholder, in order.
template <typename Literal, typename Label>
void Visit(std::string_view text, Literal literal, Label label) {
  size_t brace = text.find('{');
  while (brace != std::string_view::npos) {
    literal(text.substr(0, brace));
    label();
    text.remove_prefix(brace + PlaceholderLength(text.substr(brace)));
    brace = text.find('{');
  }
  literal(text);
}

}  // namespace

absl::Span<const std::string_view> SimplePromptTemplates() { return kSimple; }

absl::Span<const std::string_view> OpenAiPromptTemplates() { return kOpenAi; }

absl::Status CheckPromptTemplate(std::string_view prompt_template) {
  int placeholders = 0;
  std::string_view rest = prompt_template;
  size_t brace = rest.find_first_of("{}");
  while (brace != std::string_view::npos) {
    const size_t length = PlaceholderLength(rest.substr(brace));
    if (length == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the brace at byte ", prompt_template.size() - rest.size() + brace,
          " belongs to no \"{}\" or \"{c}\""));
    }
    ++placeholders;
    rest.remove_prefix(brace + length);
    brace = rest.find_first_of("{}");
  }
  if (placeholders > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "no \"{}\" or \"{c}\", which is where the label goes");
}

size_t PromptBytes(std::string_view prompt_template, size_t label_bytes) {
  size_t bytes = 0;
  Visit(
      prompt_template,
      [&bytes](std::string_view literal) { bytes += literal.size(); },
      [&] { bytes += label_bytes; });
  return bytes;
}

std::string FillPrompt(std::string_view prompt_template,
                       std::string_view label) {
  std::string prompt;
  prompt.reserve(PromptBytes(prompt_template, label.size()));
  Visit(
      prompt_template,
      [&prompt](std::string_view literal) { prompt.append(literal); },
      [&] { prompt.append(label); });
  return prompt;
}

}  // namespace clip::model
