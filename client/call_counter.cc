#include "client/call_counter.h"

namespace clip::client {

CallCounts& CallCounts::operator+=(const CallCounts& other) {
  calls += other.calls;
  attempts += other.attempts;
  retries += other.retries;
  hedges += other.hedges;
  hedges_won += other.hedges_won;
  return *this;
}

CallCounts CallCounts::operator-(const CallCounts& earlier) const {
  return {calls - earlier.calls, attempts - earlier.attempts,
          retries - earlier.retries, hedges - earlier.hedges,
          hedges_won - earlier.hedges_won};
}

}  // namespace clip::client
