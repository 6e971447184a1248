#include "model/config/json_fields.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace clip::model {

JsonFields::JsonFields(const nlohmann::json* value, std::string path)
    : value_(value), path_(std::move(path)) {
  if (value_ != nullptr && !value_->is_object()) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat(path_, ": must be a JSON object"));
    value_ = nullptr;
  }
}

int JsonFields::Int(const char* key, int default_value, int min, int max) {
  const nlohmann::json* member = Find(key);
  if (member == nullptr) return default_value;
  // Compared as doubles, so that an unsigned 64-bit number cannot wrap.
  if (member->is_number_integer() && member->get<double>() >= min &&
      member->get<double>() <= max) {
    return member->get<int>();
  }
  Fail(key, absl::StrCat("must be an integer from ", min, " to ", max));
  return default_value;
}

double JsonFields::Number(const char* key, double default_value, double min,
                          double max) {
  if (Find(key) == nullptr) return default_value;
  const std::optional<double> number = OptionalNumber(key, min, max);
  if (!number.has_value()) {
    Fail(key, absl::StrCat("must be a number from ", min, " to ", max));
  }
  return number.value_or(default_value);
}

bool JsonFields::Bool(const char* key, bool default_value) {
  const nlohmann::json* member = Find(key);
  if (member == nullptr) return default_value;
  if (member->is_boolean()) return member->get<bool>();
  Fail(key, "must be true or false");
  return default_value;
}

std::optional<double> JsonFields::OptionalNumber(const char* key, double min,
                                                 double max) {
  const nlohmann::json* member = Member(key);
  if (member == nullptr) return std::nullopt;
  if (member->is_number() && member->get<double>() >= min &&
      member->get<double>() <= max) {
    return member->get<double>();
  }
  Fail(key, absl::StrCat("must be a number from ", min, " to ", max));
  return std::nullopt;
}

std::string JsonFields::OptionalString(const char* key) {
  if (Member(key) == nullptr) return "";
  return String(key).value_or("");
}

const nlohmann::json* JsonFields::Member(const char* key) {
  const nlohmann::json* member = Find(key);
  return member == nullptr || member->is_null() ? nullptr : member;
}

void JsonFields::Refuse(const char* key, const char* inert,
                        std::string_view reason) {
  const nlohmann::json* member = Member(key);
  if (member == nullptr || *member == nlohmann::json::parse(inert)) return;
  Fail(key, reason);
}

void JsonFields::Ignore(const char* key) { Find(key); }

void JsonFields::Fail(std::string_view key, std::string_view problem) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(absl::StrCat(
      PathOf(key), ": ", absl::string_view(problem.data(), problem.size())));
}

void JsonFields::Absorb(const absl::Status& status) { status_.Update(status); }

std::string JsonFields::PathOf(std::string_view key) const {
  // Keys come from the file: keep a message short and on one line.
  constexpr size_t kLongestKey = 64;
  std::string path = path_.empty() ? "" : path_ + ".";
  for (const char c : key.substr(0, kLongestKey)) {
    path += c >= 0 && c < ' ' ? '?' : c;
  }
  return path;
}

absl::Status JsonFields::Finish() {
  if (value_ == nullptr || !status_.ok() || ignore_others_) return status_;
  for (const auto& [key, unused] : value_->items()) {
    if (known_.count(key) == 0) {
      Fail(key, "is not a key that this version knows");
      break;
    }
  }
  return status_;
}

const nlohmann::json* JsonFields::Find(const char* key) {
  known_.insert(key);
  if (value_ == nullptr) return nullptr;
  const auto member = value_->find(key);
  return member == value_->end() ? nullptr : &*member;
}

std::optional<std::string> JsonFields::String(const char* key) {
  const nlohmann::json* member = Find(key);
  if (member == nullptr) return std::nullopt;
  if (member->is_string()) return member->get<std::string>();
  Fail(key, "must be a string");
  return std::nullopt;
}

}  // namespace clip::model
