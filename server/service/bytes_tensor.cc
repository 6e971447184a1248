#include "server/service/bytes_tensor.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "server/service/errors.h"

namespace clip::server {
namespace {

using inference::InferTensorContents;
using InputTensor = inference::ModelInferRequest::InferInputTensor;

constexpr size_t kLengthBytes = 4;

// The number of elements that the shape promises. Only [N] and [N, 1] pass, so
// there is no product that could overflow.
absl::StatusOr<int> ElementCount(const InputTensor& tensor, int max_elements) {
  const auto& shape = tensor.shape();
  const bool is_list =
      shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!is_list || shape[0] < 1) {
    return BadField(tensor.name() + ".shape",
                    "must be [N] or [N, 1] with N from 1 on");
  }
  if (shape[0] > max_elements) {
    return BadField(tensor.name() + ".shape",
                    fmt::format("{} elements; at most {} a call are allowed",
                                shape[0], max_elements));
  }
  return static_cast<int>(shape[0]);
}

absl::Status CheckNoContents(const InputTensor& tensor) {
  if (tensor.contents().ByteSizeLong() == 0) return absl::OkStatus();
  return BadField(tensor.name() + ".contents",
                  "must be empty where raw_input_contents is filled");
}

// Only bytes_contents may be filled.
absl::Status CheckContentsType(const InputTensor& tensor) {
  const InferTensorContents& contents = tensor.contents();
  std::vector<const google::protobuf::FieldDescriptor*> filled;
  contents.GetReflection()->ListFields(contents, &filled);
  for (const google::protobuf::FieldDescriptor* field : filled) {
    if (field->number() == InferTensorContents::kBytesContentsFieldNumber) {
      continue;
    }
    return BadField(
        fmt::format("{}.contents.{}", tensor.name(), field->name()),
        "must be empty: the elements of a BYTES tensor are in bytes_contents");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string_view>> ReadContents(
    const InputTensor& tensor, int count) {
  CLIP_RETURN_IF_ERROR(CheckContentsType(tensor));
  const auto& elements = tensor.contents().bytes_contents();
  if (elements.size() != count) {
    return BadField(tensor.name() + ".contents.bytes_contents",
                    fmt::format("{} elements; the shape promises {}",
                                elements.size(), count));
  }
  return std::vector<std::string_view>(elements.begin(), elements.end());
}

uint32_t LittleEndian32(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    value |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

// Takes one element, its length first, off the front of `rest`.
absl::StatusOr<std::string_view> TakeElement(std::string_view& rest,
                                             const std::string& field) {
  if (rest.size() < kLengthBytes) {
    return BadField(field, fmt::format("the raw contents end before it: {} of "
                                       "the 4 bytes of its length are there",
                                       rest.size()));
  }
  const size_t length = LittleEndian32(rest);
  rest.remove_prefix(kLengthBytes);
  if (length > rest.size()) {
    return BadField(field, fmt::format("{} bytes long, but the raw contents "
                                       "end after {} of them",
                                       length, rest.size()));
  }
  const std::string_view element = rest.substr(0, length);
  rest.remove_prefix(length);
  return element;
}

absl::StatusOr<std::vector<std::string_view>> ReadRaw(const InputTensor& tensor,
                                                      std::string_view raw,
                                                      int count) {
  std::vector<std::string_view> elements;
  elements.reserve(count);
  for (int i = 0; i < count; ++i) {
    CLIP_ASSIGN_OR_RETURN(const std::string_view element,
                          TakeElement(raw, ElementField(tensor.name(), i)));
    elements.push_back(element);
  }
  if (raw.empty()) return elements;
  return BadField(tensor.name(),
                  fmt::format("{} bytes of raw contents are left behind the {} "
                              "elements that the shape promises",
                              raw.size(), count));
}

}  // namespace

absl::StatusOr<std::vector<std::string_view>> ReadBytesTensor(
    const InputTensor& tensor, const std::string* raw, int max_elements) {
  if (tensor.datatype() != "BYTES") {
    return BadField(tensor.name() + ".datatype", "must be BYTES");
  }
  if (!tensor.parameters().empty()) {
    return BadField(tensor.name() + ".parameters",
                    "no parameter of an input is known, shared memory among "
                    "them");
  }
  CLIP_ASSIGN_OR_RETURN(const int count, ElementCount(tensor, max_elements));
  if (raw == nullptr) return ReadContents(tensor, count);
  CLIP_RETURN_IF_ERROR(CheckNoContents(tensor));
  return ReadRaw(tensor, *raw, count);
}

std::string ElementField(std::string_view tensor, int index) {
  return fmt::format("{}[{}]", tensor, index);
}

}  // namespace clip::server
