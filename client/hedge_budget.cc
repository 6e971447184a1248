#include "client/hedge_budget.h"

#include <algorithm>

namespace clip::client {

HedgeBudget::HedgeBudget(double max_tokens, double refill)
    : max_tokens_(max_tokens), refill_(refill), tokens_(max_tokens) {}

void HedgeBudget::RecordCall() {
  MutexLock lock(mutex_);
  tokens_ = std::min(max_tokens_, tokens_ + refill_);
}

bool HedgeBudget::Take() {
  MutexLock lock(mutex_);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace clip::client
