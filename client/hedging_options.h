#ifndef CLIENT_HEDGING_OPTIONS_H_
#define CLIENT_HEDGING_OPTIONS_H_

#include "absl/time/time.h"

namespace clip::client {

// Whether a slow call is sent to a second server as well, for the tail of the
// latency, after gRPC's proposal A6.
struct HedgingOptions {
  // The second attempt goes out when the first has had no answer for so long.
  // Zero = never. About the 95th percentile of the latency makes one call in
  // twenty go out twice; a shorter delay more of them.
  absl::Duration delay = absl::ZeroDuration();
  // The budget; see HedgeBudget.
  double tokens = 10;
  double refill = 0.1;
};

}  // namespace clip::client

#endif  // CLIENT_HEDGING_OPTIONS_H_
