#ifndef CLIENT_CLI_ROW_SINK_H_
#define CLIENT_CLI_ROW_SINK_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "client/clip_values.h"

namespace clip::client {

// The answer to one item.
struct Row {
  Embedding embedding;
  // Texts only; see EncodeTextReply.
  uint32_t token_count = 0;
  bool truncated = false;
};

// Takes the answers of a run, in input order; the failures come between them.
// Used by one thread. A status that is not OK ends the run: the output broke.
class RowSink {
 public:
  virtual ~RowSink() = default;

  virtual absl::Status Add(const std::string& name, Row row,
                           const ModelVersion& model) = 0;
  virtual absl::Status Fail(const std::string& name,
                            const absl::Status& why) = 0;

  // Once, after the last item, also after a run that ended early.
  virtual absl::Status Finish() = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_ROW_SINK_H_
