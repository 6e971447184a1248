#ifndef SERVER_LABEL_SET_FILE_H_
#define SERVER_LABEL_SET_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "clip/v1/clip.pb.h"

namespace clip::server {

// Reads a value of --label-set, NAME=FILE. The file is JSON:
//   {"labels": ["cat", "dog"],           required
//    "templates": ["a photo of a {}."],  or "simple" (the default) or "openai"
//    "model": "NAME"}                    the default model where left out
// What the request itself allows is checked when it is made. NOT_FOUND where
// the file cannot be read; INVALID_ARGUMENT, naming file and key, where it is
// larger than 16 MiB, no JSON, or has an unknown key or a value of another
// type.
absl::StatusOr<v1::PutLabelSetRequest> ReadLabelSetFile(
    const std::string& value);

}  // namespace clip::server

#endif  // SERVER_LABEL_SET_FILE_H_
