#include "model/config/parse_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace clip::model {
namespace {

using Event = nlohmann::json::parse_event_t;

// Watches a parse for what the library lets pass: depth and duplicate keys.
class StrictnessCheck {
 public:
  explicit StrictnessCheck(int max_depth) : max_depth_(max_depth) {}

  // The library's callback; false drops the value, which bounds memory once
  // something is wrong.
  bool operator()(int depth, Event event, const nlohmann::json& parsed) {
    if (event == Event::object_start || event == Event::array_start) {
      if (depth >= max_depth_) problem_ = "is nested too deep";
    }
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::key) CheckKey(parsed.get_ref<const std::string&>());
    if (event == Event::object_end && !keys_.empty()) keys_.pop_back();
    return problem_.empty();
  }

  const std::string& problem() const { return problem_; }

 private:
  void CheckKey(const std::string& key) {
    if (keys_.empty() || keys_.back().insert(key).second) return;
    problem_ = absl::StrCat("has the key \"", key.substr(0, 64), "\" twice");
  }

  const int max_depth_;
  // The keys so far of each open object, outermost first.
  std::vector<std::set<std::string>> keys_;
  std::string problem_;
};

}  // namespace

absl::StatusOr<nlohmann::json> ParseJson(std::string_view text,
                                         const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("is longer than ", limits.max_bytes, " bytes"));
  }
  StrictnessCheck check(limits.max_depth);
  nlohmann::json value;
  try {
    value = nlohmann::json::parse(
        text, [&check](int depth, Event event, nlohmann::json& parsed) {
          return check(depth, event, parsed);
        });
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("is not JSON: ", error.what()));
  }
  if (!check.problem().empty()) {
    return absl::InvalidArgumentError(check.problem());
  }
  return value;
}

}  // namespace clip::model
