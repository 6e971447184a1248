#ifndef CLIENT_STREAM_ITEM_CHECK_H_
#define CLIENT_STREAM_ITEM_CHECK_H_

#include <cstddef>

#include "absl/status/status.h"
#include "client/clip_values.h"

namespace clip::client {

// Bytes of the item on the wire, its content counted exactly or too high.
size_t SizeOf(const StreamItem& item);

// INVALID_ARGUMENT where the item must not be sent, because the server would
// end the whole stream for it: a text that is not UTF-8, or more than
// `max_bytes`.
absl::Status CheckItem(const StreamItem& item, size_t max_bytes);

}  // namespace clip::client

#endif  // CLIENT_STREAM_ITEM_CHECK_H_
