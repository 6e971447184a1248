#ifndef MODEL_CHECKPOINT_SAFETENSORS_HEADER_SAX_H_
#define MODEL_CHECKPOINT_SAFETENSORS_HEADER_SAX_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/checkpoint/safetensors_header.h"

namespace clip::model {

// Builds the entries of a safetensors header while its JSON is read, so that
// nothing but entries is ever held and the first violation ends the parse. The
// only shape that it accepts:
//
//   {"__metadata__": {"any": "string"},
//    "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
//
// Internal to ParseSafetensorsHeader. Not thread-safe.
class SafetensorsHeaderSax : public nlohmann::json_sax<nlohmann::json> {
 public:
  // What was built, in file order; valid when problem() is empty.
  std::vector<SafetensorsEntry>& entries() { return entries_; }
  // Why the parse stopped; empty while nothing is wrong.
  const std::string& problem() const { return problem_; }

  bool null() override { return Fail("has a null"); }
  bool boolean(bool value) override;
  bool number_integer(number_integer_t value) override;
  bool number_unsigned(number_unsigned_t value) override;
  bool number_float(number_float_t value, const string_t& text) override;
  bool string(string_t& value) override;
  bool binary(binary_t& value) override;
  bool start_object(std::size_t elements) override;
  bool key(string_t& value) override;
  bool end_object() override;
  bool start_array(std::size_t elements) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception& error) override;

 private:
  // Where in the only accepted shape the parse is.
  enum class State {
    kStart,
    kTensorNames,
    kMetadata,
    kFields,
    kShape,
    kOffsets,
    kDone,
  };

  bool Fail(const std::string& problem);
  bool TensorName(const std::string& name);
  bool FieldName(const std::string& name);
  bool FinishTensor();

  State state_ = State::kStart;
  std::string problem_;
  std::vector<SafetensorsEntry> entries_;
  std::set<std::string> names_;
  std::set<std::string> metadata_names_;
  // Of the tensor that is being read.
  std::set<std::string> fields_;
  std::string field_;
  std::vector<uint64_t> offsets_;
  // True between the key of a value and the value.
  bool in_metadata_ = false;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_SAFETENSORS_HEADER_SAX_H_
