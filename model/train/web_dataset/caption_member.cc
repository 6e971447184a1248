#include "model/train/web_dataset/caption_member.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/tokenizer/character_classes.h"
#include "model/tokenizer/utf8_text.h"

namespace clip::model {
namespace {

// Without Python's white space at both ends; nullopt where it is not UTF-8.
std::optional<std::string_view> Strip(std::string_view data) {
  size_t first = data.size();
  size_t end = 0;
  for (size_t i = 0; i < data.size();) {
    char32_t character = 0;
    const size_t length = text::ReadUtf8Character(data, i, &character);
    if (length == 0) return std::nullopt;
    const bool space =
        (text::CharacterClasses()[character] & text::kSpace) != 0;
    if (!space) {
      first = std::min(first, i);
      end = i + length;
    }
    i += length;
  }
  return end == 0 ? std::string_view() : data.substr(first, end - first);
}

}  // namespace

std::optional<std::string> ReadCaption(
    std::string_view data, const std::vector<std::string>& json_keys) {
  if (json_keys.empty()) {
    const auto stripped = Strip(data);
    if (!stripped || stripped->empty()) return std::nullopt;
    return std::string(data);
  }
  const auto json = nlohmann::json::parse(data, nullptr, false);
  for (const std::string& key : json_keys) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    if (found == json.end() || !found->is_string()) continue;
    const auto caption = Strip(found->get_ref<const std::string&>());
    if (caption && !caption->empty()) return std::string(*caption);
  }
  return std::nullopt;
}

}  // namespace clip::model
