#ifndef SERVER_SERVICE_BYTES_TENSOR_H_
#define SERVER_SERVICE_BYTES_TENSOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "inference/grpc_service.pb.h"

namespace clip::server {

// The elements of one BYTES input of an inference.ModelInferRequest, of which
// every byte is the caller's: shape, counts and lengths are checked before
// anything is kept or allocated by them.
//
// `raw` is the input's entry of raw_input_contents, or null where the request
// has none and the elements are in the input's contents. At most
// `max_elements`, at least one. The views point into the request.
//
// Every error is INVALID_ARGUMENT and names the tensor and, where one is to
// blame, the element: "image[2]". REQUIRES: tensor.name() is one of ours, since
// errors repeat it.
absl::StatusOr<std::vector<std::string_view>> ReadBytesTensor(
    const inference::ModelInferRequest::InferInputTensor& tensor,
    const std::string* raw, int max_elements);

// The path of one element.
std::string ElementField(std::string_view tensor, int index);

}  // namespace clip::server

#endif  // SERVER_SERVICE_BYTES_TENSOR_H_
