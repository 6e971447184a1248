#ifndef TESTS_TESTING_DEVICE_SIMULATION_H_
#define TESTS_TESTING_DEVICE_SIMULATION_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "server/admission/admission_controller.h"
#include "server/batching/batch.h"
#include "server/batching/batch_queue.h"
#include "server/batching/batch_work.h"
#include "server/batching/line.h"
#include "tests/testing/fake_clock.h"

namespace clip::testing {

// A call of one row, as a plan has it.
struct SimulatedCall {
  absl::Duration arrival;
  batching::Line line;
  int length = 1;
  // From arrival to the caller's deadline.
  absl::Duration patience = absl::InfiniteDuration();
};

// What became of the calls of a line.
struct SimulatedOutcome {
  int offered = 0;
  int refused = 0;
  // Admitted, and dropped when its deadline passed in the queue.
  int expired = 0;
  // Computed before and after the deadline.
  int in_time = 0;
  int late = 0;
  // From arrival to the end of its batch, of the computed ones.
  std::vector<absl::Duration> latencies;

  int admitted() const { return offered - refused; }
};

struct SimulatedServerOptions {
  batching::BatchPolicyOptions policy;
  server::AdmissionOptions admission;
  int executors = 1;
  // False lets every call in.
  bool admits_by_wait = true;
  // How long a batch really takes.
  std::function<absl::Duration(batching::Lane, const batching::BatchWork&)>
      time_of;
};

// The real queue, policy and admission, and a device of which only the times
// are simulated: events in order on a fake clock, without a thread and without
// waiting.
class DeviceSimulation {
 public:
  explicit DeviceSimulation(const SimulatedServerOptions& options);
  ~DeviceSimulation();

  // Runs `calls`, in order of arrival, until all have ended, on a device that
  // has warmed up.
  void Run(const std::vector<SimulatedCall>& calls);

  const SimulatedOutcome& outcome(batching::Line line) const {
    return outcomes_[line];
  }
  SimulatedOutcome Total() const;
  // From the first arrival to the last end.
  absl::Duration length() const { return length_; }
  int batches() const { return batches_; }
  // Prediction against truth: the mean of |predicted / actual - 1|.
  double prediction_error() const { return error_sum_ / batches_; }

 private:
  class Row;
  struct Executor {
    std::optional<batching::Batch> batch;
    absl::Time end = absl::InfiniteFuture();
  };

  void WarmUp();
  void Offer(const SimulatedCall& call);
  bool IsAdmitted(const SimulatedCall& call,
                  std::shared_ptr<server::AdmissionPermit>& permit);
  void StartBatches();
  void EndBatch(Executor& executor);
  // The executor whose batch ends first; the end is InfiniteFuture where none
  // runs.
  Executor& NextToEnd();

  const SimulatedServerOptions options_;
  FakeClock clock_;
  batching::BatchObserver observer_;
  batching::BatchQueue queue_;
  server::AdmissionController admission_;
  std::vector<Executor> executors_;
  batching::PerLine<SimulatedOutcome> outcomes_;
  absl::Duration length_;
  int batches_ = 0;
  double error_sum_ = 0;
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_DEVICE_SIMULATION_H_
