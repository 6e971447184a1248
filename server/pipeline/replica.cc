#include "server/pipeline/replica.h"

#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "server/pipeline/row_owner.h"
#include "server/pipeline/row_task.h"

namespace clip::server {
namespace {

using batching::BatchTask;
using batching::Lane;

// The owner of a sample row, whose result does not matter.
class NobodysRow final : public RowOwner {
 public:
  bool IsCancelled() const override { return false; }
  void OnRowDone(size_t /*index*/, RowResult /*result*/) override {}
};

}  // namespace

BatchOutcome Replica::Run(Lane lane,
                          absl::Span<const std::unique_ptr<BatchTask>> tasks) {
  const absl::Time start = clock_.Now();
  const BatchOutcome outcome = runner_.Run(lane, tasks);
  observer_.OnDeviceUsed(encoder_.info().device, clock_.Now() - start);
  if (outcome.succeeded > 0) {
    failed_batches_.store(0, std::memory_order_relaxed);
  } else if (outcome.failed > 0) {
    // A caller who sends one poison item after the other must not make the
    // server take its model for broken.
    if (SampleRowSucceeds(lane)) {
      failed_batches_.store(0, std::memory_order_relaxed);
    } else {
      failed_batches_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  return outcome;
}

bool Replica::SampleRowSucceeds(Lane lane) {
  std::vector<std::unique_ptr<BatchTask>> task;
  task.push_back(std::make_unique<RowTask>(std::make_shared<NobodysRow>(), 0,
                                           preprocessor_.SampleRow(lane),
                                           absl::InfiniteFuture()));
  return runner_.Run(lane, task).succeeded > 0;
}

}  // namespace clip::server
