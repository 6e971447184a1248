#include "model/checkpoint/hf_config_fields.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace clip::model {

HfConfigFields::HfConfigFields(nlohmann::json object, std::string path)
    : object_(std::move(object)), path_(std::move(path)) {
  if (object_.is_null()) object_ = nlohmann::json::object();
  if (object_.is_object()) return;
  Fail("", "is no object");
  object_ = nlohmann::json::object();
}

int HfConfigFields::Int(const char* key, int default_value) {
  constexpr int kMost = 1 << 24;
  const nlohmann::json member = Member(key);
  if (member.is_null()) return default_value;
  if (member.is_number_integer() && member.get<double>() >= 0 &&
      member.get<double>() <= kMost) {
    return member.get<int>();
  }
  Fail(key, "must be a whole number from 0 on");
  return default_value;
}

double HfConfigFields::Number(const char* key, double default_value) {
  const nlohmann::json member = Member(key);
  if (member.is_null()) return default_value;
  if (member.is_number() && std::isfinite(member.get<double>())) {
    return member.get<double>();
  }
  Fail(key, "must be a number");
  return default_value;
}

bool HfConfigFields::Bool(const char* key, bool default_value) {
  const nlohmann::json member = Member(key);
  if (member.is_null()) return default_value;
  if (member.is_boolean()) return member.get<bool>();
  Fail(key, "must be true or false");
  return default_value;
}

std::string HfConfigFields::String(const char* key, const char* default_value) {
  const nlohmann::json member = Member(key);
  if (member.is_null()) return default_value;
  if (member.is_string()) return member.get<std::string>();
  Fail(key, "must be a string");
  return default_value;
}

nlohmann::json HfConfigFields::Member(const char* key) const {
  const auto member = object_.find(key);
  return member == object_.end() ? nlohmann::json() : *member;
}

void HfConfigFields::Fail(absl::string_view key, absl::string_view problem) {
  if (!status_.ok()) return;
  const char* dot = path_.empty() || key.empty() ? "" : ".";
  status_ =
      absl::InvalidArgumentError(absl::StrCat(path_, dot, key, ": ", problem));
}

}  // namespace clip::model
