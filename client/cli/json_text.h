#ifndef CLIENT_CLI_JSON_TEXT_H_
#define CLIENT_CLI_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "client/clip_values.h"

namespace clip::client {

// A JSON string, quotes included. Bytes that are not UTF-8, which file names
// may have, become U+FFFD.
std::string JsonString(std::string_view text);

// A JSON array; the shortest digits that read back as the same float32. What
// JSON cannot say (infinities, not-a-number) becomes null.
std::string JsonArray(absl::Span<const float> numbers);

// {"name": ..., "checkpoint_sha256": ...}
std::string JsonModel(const ModelVersion& model);

// {"<name_key>": name, "code": ..., "message": ...}
std::string JsonError(std::string_view name_key, std::string_view name,
                      const absl::Status& why);

}  // namespace clip::client

#endif  // CLIENT_CLI_JSON_TEXT_H_
