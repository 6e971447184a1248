#include "model/checkpoint/safetensors_header_sax.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"

namespace clip::model {
namespace {

// More than any real tensor has; bounds what one entry can hold.
constexpr size_t kMaxDimensions = 16;

// Names go into one-line messages.
bool IsPrintable(const std::string& name) {
  constexpr size_t kLongestName = 512;
  const bool has_control =
      std::any_of(name.begin(), name.end(), [](char character) {
        return static_cast<unsigned char>(character) < ' ';
      });
  return name.size() <= kLongestName && !has_control;
}

}  // namespace

bool SafetensorsHeaderSax::boolean(bool /*value*/) {
  return Fail("has a boolean");
}

bool SafetensorsHeaderSax::number_integer(number_integer_t /*value*/) {
  // The parser calls this one for negative numbers only.
  return Fail("has a negative number");
}

bool SafetensorsHeaderSax::number_unsigned(number_unsigned_t value) {
  if (state_ == State::kOffsets && offsets_.size() < 2) {
    offsets_.push_back(value);
    return true;
  }
  if (state_ == State::kShape) {
    std::vector<int64_t>& shape = entries_.back().shape;
    constexpr auto kMax = std::numeric_limits<int64_t>::max();
    if (shape.size() == kMaxDimensions) return Fail("has too many dimensions");
    if (value > static_cast<uint64_t>(kMax))
      return Fail("has a huge dimension");
    shape.push_back(static_cast<int64_t>(value));
    return true;
  }
  return Fail("has a number out of place");
}

bool SafetensorsHeaderSax::number_float(number_float_t /*value*/,
                                        const string_t& /*text*/) {
  return Fail("has a number that is not an integer below 2^64");
}

bool SafetensorsHeaderSax::string(string_t& value) {
  if (state_ == State::kMetadata) return true;
  if (state_ != State::kFields || field_ != "dtype") {
    return Fail("has a string out of place");
  }
  const std::optional<TensorDtype> dtype = ParseTensorDtype(value);
  if (!dtype.has_value()) {
    return Fail(absl::StrCat("has the unsupported dtype \"",
                             value.substr(0, 16), "\""));
  }
  entries_.back().dtype = *dtype;
  field_.clear();
  return true;
}

bool SafetensorsHeaderSax::binary(binary_t& /*value*/) {
  return Fail("has binary data");
}

bool SafetensorsHeaderSax::start_object(std::size_t /*elements*/) {
  switch (state_) {
    case State::kStart:
      state_ = State::kTensorNames;
      return true;
    case State::kTensorNames:
      state_ = in_metadata_ ? State::kMetadata : State::kFields;
      fields_.clear();
      offsets_.clear();
      return true;
    default:
      return Fail("has an object out of place");
  }
}

bool SafetensorsHeaderSax::key(string_t& value) {
  if (state_ == State::kTensorNames) return TensorName(value);
  if (state_ == State::kFields) return FieldName(value);
  if (metadata_names_.insert(value).second) return true;
  return Fail("has a metadata key twice");
}

bool SafetensorsHeaderSax::end_object() {
  switch (state_) {
    case State::kTensorNames:
      state_ = State::kDone;
      return true;
    case State::kMetadata:
      in_metadata_ = false;
      state_ = State::kTensorNames;
      return true;
    default:
      return FinishTensor();
  }
}

bool SafetensorsHeaderSax::start_array(std::size_t /*elements*/) {
  if (state_ == State::kFields && field_ == "shape") {
    state_ = State::kShape;
    return true;
  }
  if (state_ == State::kFields && field_ == "data_offsets") {
    state_ = State::kOffsets;
    return true;
  }
  return Fail("has an array out of place");
}

bool SafetensorsHeaderSax::end_array() {
  state_ = State::kFields;
  field_.clear();
  return true;
}

bool SafetensorsHeaderSax::parse_error(std::size_t position,
                                       const std::string& /*last_token*/,
                                       const nlohmann::json::exception& error) {
  // Code 406: a number beyond the range of a double.
  constexpr int kNumberOutOfRange = 406;
  if (error.id == kNumberOutOfRange) return Fail("has a number out of range");
  return Fail(absl::StrCat("is not JSON at byte ", position));
}

bool SafetensorsHeaderSax::Fail(const std::string& problem) {
  const bool in_tensor = state_ == State::kFields || state_ == State::kShape ||
                         state_ == State::kOffsets;
  problem_ = in_tensor && !entries_.empty()
                 ? absl::StrCat("tensor ", entries_.back().name, " ", problem)
                 : absl::StrCat("header ", problem);
  return false;
}

bool SafetensorsHeaderSax::TensorName(const std::string& name) {
  if (!IsPrintable(name)) return Fail("has an unreadable tensor name");
  if (!names_.insert(name).second) {
    return Fail(absl::StrCat("has the name ", name, " twice"));
  }
  in_metadata_ = name == "__metadata__";
  if (in_metadata_) return true;
  entries_.emplace_back();
  entries_.back().name = name;
  return true;
}

bool SafetensorsHeaderSax::FieldName(const std::string& name) {
  if (name != "dtype" && name != "shape" && name != "data_offsets") {
    return Fail("has a field other than dtype, shape and data_offsets");
  }
  if (!fields_.insert(name).second) return Fail("has a field twice");
  field_ = name;
  return true;
}

bool SafetensorsHeaderSax::FinishTensor() {
  if (fields_.size() != 3) return Fail("lacks dtype, shape or data_offsets");
  if (offsets_.size() != 2) return Fail("needs two data_offsets");
  entries_.back().begin = offsets_[0];
  entries_.back().end = offsets_[1];
  state_ = State::kTensorNames;
  return true;
}

}  // namespace clip::model
