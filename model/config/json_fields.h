#ifndef MODEL_CONFIG_JSON_FIELDS_H_
#define MODEL_CONFIG_JSON_FIELDS_H_

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace clip::model {

// Reads the members of one JSON object and remembers which were asked for, so
// that a key that nobody reads is an error and not silently ignored.
//
//   JsonFields fields(json, "model_cfg.text_cfg");
//   config.width = fields.Int("width", 512, 1, 65536);
//   CLIP_RETURN_IF_ERROR(fields.Finish());
//
// Every getter returns the default where the key is absent, and also where
// something is wrong: the first problem is kept and Finish() reports it with
// the path of the key. Borrows the JSON value.
//
// Not thread-safe.
class JsonFields {
 public:
  // `value` may be null for an object that is absent: every field then has its
  // default. Anything but an object is an error.
  JsonFields(const nlohmann::json* value, std::string path);

  int Int(const char* key, int default_value, int min, int max);
  double Number(const char* key, double default_value, double min, double max);
  bool Bool(const char* key, bool default_value);
  // JSON null counts as absent in the three below.
  std::optional<double> OptionalNumber(const char* key, double min, double max);
  std::string OptionalString(const char* key);
  // The member itself, or null where it is absent or JSON null.
  const nlohmann::json* Member(const char* key);

  // One of the named values.
  template <typename T>
  T Choice(const char* key, T default_value,
           std::initializer_list<std::pair<std::string_view, T>> names);

  // Accepts the key only where it is absent, null or equal to `inert` (a JSON
  // literal such as "false"); otherwise it is refused with the reason.
  void Refuse(const char* key, const char* inert, std::string_view reason);

  // Accepts any value: the key has no effect here.
  void Ignore(const char* key);

  // Accepts keys that nobody asks for.
  void IgnoreOthers() { ignore_others_ = true; }

  // Reports a problem with one key.
  void Fail(std::string_view key, std::string_view problem);

  // Keeps the first problem of a nested object.
  void Absorb(const absl::Status& status);

  // The path of a member, for messages.
  std::string PathOf(std::string_view key) const;

  // The first problem, or an unknown key unless those are ignored, or OK.
  absl::Status Finish();

 private:
  const nlohmann::json* Find(const char* key);
  // The value of a string member, nullopt where absent.
  std::optional<std::string> String(const char* key);

  const nlohmann::json* value_;
  std::string path_;
  std::set<std::string, std::less<>> known_;
  bool ignore_others_ = false;
  absl::Status status_;
};

template <typename T>
T JsonFields::Choice(
    const char* key, T default_value,
    std::initializer_list<std::pair<std::string_view, T>> names) {
  const std::optional<std::string> name = String(key);
  if (!name.has_value()) return default_value;
  std::string expected;
  for (const auto& [candidate, value] : names) {
    if (*name == candidate) return value;
    expected += expected.empty() ? "" : ", ";
    expected += candidate;
  }
  Fail(key, "must be one of " + expected);
  return default_value;
}

}  // namespace clip::model

#endif  // MODEL_CONFIG_JSON_FIELDS_H_
