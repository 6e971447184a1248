#ifndef MODEL_CHECKPOINT_HF_CONFIG_FIELDS_H_
#define MODEL_CHECKPOINT_HF_CONFIG_FIELDS_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace clip::model {

// Reads the members of one object of a Hugging Face config. Unlike JsonFields
// it takes keys that it does not know: such a config is full of settings that
// change nothing here, and leaves out what has its class's default.
//
// Every getter returns the default where the key is absent or null, and where
// something is wrong; the first problem is kept. Not thread-safe.
class HfConfigFields {
 public:
  // `path` names the object in messages; empty for the root.
  HfConfigFields(nlohmann::json object, std::string path);

  // A whole number of any size that a config can mean.
  int Int(const char* key, int default_value);
  double Number(const char* key, double default_value);
  bool Bool(const char* key, bool default_value);
  std::string String(const char* key, const char* default_value);
  // The member, or null.
  nlohmann::json Member(const char* key) const;

  // Reports a problem with one key.
  void Fail(absl::string_view key, absl::string_view problem);

  // The first problem.
  const absl::Status& status() const { return status_; }

 private:
  nlohmann::json object_;
  const std::string path_;
  absl::Status status_;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_HF_CONFIG_FIELDS_H_
