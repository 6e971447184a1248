#ifndef SERVER_PIPELINE_ROW_OWNER_H_
#define SERVER_PIPELINE_ROW_OWNER_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace clip::server {

// What became of one row.
struct RowResult {
  absl::Status status;
  // embed_dim values where the status is OK.
  std::vector<float> embedding;
  absl::Duration queued;
  // Of the forward pass that gave the result.
  absl::Duration forward;
};

// Whose row it is: the call, as the batch sees it. Thread-safe.
class RowOwner {
 public:
  virtual ~RowOwner() = default;

  // True where nobody waits for the rows any more. Quick.
  virtual bool IsCancelled() const = 0;

  // Called exactly once for each row, under no lock.
  virtual void OnRowDone(size_t index, RowResult result) = 0;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_ROW_OWNER_H_
