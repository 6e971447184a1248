#ifndef CLIENT_LOAD_STABILITY_H_
#define CLIENT_LOAD_STABILITY_H_

#include "absl/types/span.h"
#include "client/load/run_result.h"

namespace clip::client::load {

// True where the last three windows are alike: the good calls a second, the
// median and the 95th percentile of their latency are each within a tenth of
// the mean of the three, or as far from it as chance puts them, which is
// further with few calls. False with fewer windows.
bool IsStable(absl::Span<const WindowResult> windows);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_STABILITY_H_
