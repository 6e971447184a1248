#ifndef CLIENT_LOAD_VERDICT_H_
#define CLIENT_LOAD_VERDICT_H_

#include <string>
#include <vector>

#include "client/load/run_result.h"

namespace clip::client::load {

// Whether a run says something about the server. Where the client was the
// bottleneck, its figures are about the client.
struct Verdict {
  // Each a sentence; none = valid.
  std::vector<std::string> reasons;

  bool is_valid() const { return reasons.empty(); }
};

// A run is invalid where a call was not sent because too many were in flight,
// where one call in a hundred, and more than chance explains, went out more
// than 1 ms late, where fewer than 99 % of the due calls went out in time,
// where the client used more than 80 % of all cores, or where nothing was
// measured.
Verdict Judge(const RunResult& result);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_VERDICT_H_
