#ifndef MODEL_ZERO_SHOT_PROMPT_TEMPLATES_H_
#define MODEL_ZERO_SHOT_PROMPT_TEMPLATES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace clip::model {

// Prompt templates of zero-shot classification: texts with "{}" or "{c}" where
// the label goes, such as "a photo of a {}.". Pure functions.

// open_clip's SIMPLE_IMAGENET_TEMPLATES (7) and OPENAI_IMAGENET_TEMPLATES (80).
absl::Span<const std::string_view> SimplePromptTemplates();
absl::Span<const std::string_view> OpenAiPromptTemplates();

// INVALID_ARGUMENT for a template without a placeholder or with a brace that
// belongs to none, where Python's format would do something else.
absl::Status CheckPromptTemplate(std::string_view prompt_template);

// Bytes of the prompt that FillPrompt would make of a label of this many bytes.
// REQUIRES: CheckPromptTemplate is OK.
size_t PromptBytes(std::string_view prompt_template, size_t label_bytes);

// The template with `label` in every placeholder; braces in the label stay.
// REQUIRES: CheckPromptTemplate is OK.
std::string FillPrompt(std::string_view prompt_template,
                       std::string_view label);

}  // namespace clip::model

#endif  // MODEL_ZERO_SHOT_PROMPT_TEMPLATES_H_
