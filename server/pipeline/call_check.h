#ifndef SERVER_PIPELINE_CALL_CHECK_H_
#define SERVER_PIPELINE_CALL_CHECK_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/pipeline/call_line.h"

namespace clip::server {

// Why a call cannot be taken whatever the load, or OK: it has no items or more
// than `max_items`, its caller has gone, or its deadline is not after `now`.
absl::Status CheckCall(const ArrivedCall& call, size_t max_items,
                       absl::Time now);

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CALL_CHECK_H_
