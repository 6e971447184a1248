#ifndef MODEL_TOKENIZER_GUNZIP_H_
#define MODEL_TOKENIZER_GUNZIP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model::text {

// Unpacks one gzip member of at most `max_bytes` unpacked. DATA_LOSS where it
// is damaged or cut short, RESOURCE_EXHAUSTED where it is larger.
absl::StatusOr<std::string> Gunzip(std::string_view packed, size_t max_bytes);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_GUNZIP_H_
