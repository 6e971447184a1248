#ifndef TESTS_TESTING_FAKE_ENCODER_H_
#define TESTS_TESTING_FAKE_ENCODER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/encoder.h"
#include "server/batching/mutex.h"

namespace clip::testing {

// The dimensions of the fake model: pictures of 2 x 2 pixels, texts of 8 ids
// out of 100, embeddings of 4 values.
model::ModelInfo FakeModelInfo();

// A model whose embedding of a row is {first, last, sum, number of values}, so
// that a mixed-up row shows. A test can hold its passes at a gate and inject
// faults.
//
// Thread-safe.
class FakeEncoder final : public model::Encoder {
 public:
  // Sees the first value of each row of a pass; an error fails the pass. May
  // throw.
  using Fault = std::function<absl::Status(const std::vector<float>& firsts)>;

  explicit FakeEncoder(model::ModelInfo info = FakeModelInfo());
  // REQUIRES: no pass is at the gate.
  ~FakeEncoder() override = default;

  const model::ModelInfo& info() const override { return info_; }
  absl::StatusOr<model::EmbeddingRows> EncodeImage(
      absl::Span<const absl::Span<const float>> rows) override;
  absl::StatusOr<model::EmbeddingRows> EncodeText(
      absl::Span<const absl::Span<const int32_t>> rows) override;
  // As a tower that sees no zeros at the end.
  int TextLength(absl::Span<const int32_t> row) const override;

  // Passes that come now wait at the gate until it opens.
  void CloseGate();
  void OpenGate();
  // Lets `count` passes through the closed gate.
  void LetPass(int count);
  // Blocks until `count` passes stand at the gate.
  void AwaitAtGate(int count);
  // Blocks until `count` passes over pictures have begun since the start.
  void AwaitImagePasses(size_t count);

  // REQUIRES: no pass runs.
  void set_fault(Fault fault) { fault_ = std::move(fault); }
  // Rows with this first value come out as NaN.
  void set_nan_marker(float marker) { nan_marker_ = marker; }

  // Rows of each pass so far, in the order in which they began.
  std::vector<int> image_batches() const;
  std::vector<int> text_batches() const;

 private:
  template <typename T>
  absl::StatusOr<model::EmbeddingRows> Encode(
      absl::Span<const absl::Span<const T>> rows, std::vector<int>& batches);
  void PassGate();

  const model::ModelInfo info_;
  Fault fault_;
  float nan_marker_ = -1.0F;
  mutable batching::Mutex mutex_;
  batching::CondVar gate_changed_;
  bool gate_closed_ ABSL_GUARDED_BY(mutex_) = false;
  int passes_allowed_ ABSL_GUARDED_BY(mutex_) = 0;
  int at_gate_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<int> image_batches_;
  std::vector<int> text_batches_;
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_FAKE_ENCODER_H_
