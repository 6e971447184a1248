#ifndef MODEL_STAGED_BATCHES_H_
#define MODEL_STAGED_BATCHES_H_

#include <ATen/core/TensorBody.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "model/device_work.h"
#include "model/encoder.h"

namespace clip::model {

// One batch: what it is made of and what becomes of it.
struct StagedBatch {
  // Of the input.
  std::vector<int64_t> sizes;
  c10::ScalarType dtype = c10::kFloat;
  // Writes the input into the host's memory: a tensor of sizes and dtype.
  std::function<void(const at::Tensor& staging)> fill;
  // The input, on the device -> [rows, width] there, of any floating type.
  std::function<at::Tensor(const at::Tensor& input)> compute;
};

// Brings batches to a device, computes them there and brings the results back.
// While one batch is computed, the next one, of another thread, is gathered and
// copied: each has memory of its own, which is kept for the batches after it,
// page-locked on the host, and as many as there are threads at a time.
//
//   fill staging -> [copy queue] copy -> [compute queue] compute, copy back
//
// Thread-safe. Throws as LibTorch and the batch's functions do. What a batch
// that failed held is let go, and the device's allocator gives back what it
// does not use, so that a smaller one may fit.
class StagedBatches {
 public:
  explicit StagedBatches(std::unique_ptr<DeviceWork> work);
  // REQUIRES: no batch runs.
  ~StagedBatches();

  // The result in float32.
  EmbeddingRows Run(const StagedBatch& batch);

  // Sets of memory that wait for the next batch.
  size_t idle() const;

 private:
  struct Slot;
  using SlotPtr = std::unique_ptr<Slot>;

  SlotPtr TakeSlot();
  void GiveBack(SlotPtr slot);
  void Start(const StagedBatch& batch, Slot& slot);
  EmbeddingRows RunOnHost(const StagedBatch& batch, Slot& slot);
  // Waits until the device uses nothing of the slot any more.
  void Abandon(SlotPtr slot) noexcept;

  const std::unique_ptr<DeviceWork> work_;
  // Held while a batch's kernels are started, so that those of two batches do
  // not take turns on the device and both come late.
  std::mutex compute_mutex_;
  mutable std::mutex idle_mutex_;
  std::vector<SlotPtr> idle_;
};

}  // namespace clip::model

#endif  // MODEL_STAGED_BATCHES_H_
