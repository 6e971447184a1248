#include "model/staged_batches.h"

#include <c10/core/ScalarType.h>

#include <utility>

namespace clip::model {
namespace {

using Queue = DeviceWork::Queue;

EmbeddingRows ToVector(const at::Tensor& rows) {
  const float* values = rows.const_data_ptr<float>();
  return EmbeddingRows(values, values + rows.numel());
}

}  // namespace

// What one batch needs while it is under way.
struct StagedBatches::Slot {
  // Bytes that grow with the batches and are then kept.
  class GrowingBytes {
   public:
    // The first bytes as a tensor of this shape and type, contiguous.
    template <typename Allocate>
    at::Tensor View(at::IntArrayRef sizes, c10::ScalarType dtype,
                    const Allocate& allocate) {
      const auto bytes = static_cast<int64_t>(c10::multiply_integers(sizes) *
                                              c10::elementSize(dtype));
      if (!bytes_.defined() || bytes_.numel() < bytes) {
        // Not both at once.
        bytes_ = at::Tensor();
        bytes_ = allocate(bytes);
      }
      return bytes_.narrow(0, 0, bytes).view(dtype).view(sizes);
    }

   private:
    at::Tensor bytes_;
  };

  explicit Slot(DeviceWork& work)
      : copied(work.MakeMark()), computed(work.MakeMark()) {}

  GrowingBytes staging_bytes;
  GrowingBytes input_bytes;
  GrowingBytes result_bytes;
  std::unique_ptr<DeviceWork::Mark> copied;
  std::unique_ptr<DeviceWork::Mark> computed;
  // Of the batch that is under way.
  at::Tensor staging;
  at::Tensor input;
  at::Tensor result;
};

StagedBatches::StagedBatches(std::unique_ptr<DeviceWork> work)
    : work_(std::move(work)) {}

StagedBatches::~StagedBatches() = default;

StagedBatches::SlotPtr StagedBatches::TakeSlot() {
  {
    const std::lock_guard<std::mutex> lock(idle_mutex_);
    if (!idle_.empty()) {
      SlotPtr slot = std::move(idle_.back());
      idle_.pop_back();
      return slot;
    }
  }
  return std::make_unique<Slot>(*work_);
}

void StagedBatches::GiveBack(SlotPtr slot) {
  // Views would keep the memory that a larger batch replaces.
  slot->staging = slot->input = slot->result = at::Tensor();
  const std::lock_guard<std::mutex> lock(idle_mutex_);
  idle_.push_back(std::move(slot));
}

size_t StagedBatches::idle() const {
  const std::lock_guard<std::mutex> lock(idle_mutex_);
  return idle_.size();
}

EmbeddingRows StagedBatches::RunOnHost(const StagedBatch& batch, Slot& slot) {
  const at::Tensor rows = batch.compute(slot.staging).to(c10::kFloat);
  return ToVector(rows.contiguous());
}

void StagedBatches::Start(const StagedBatch& batch, Slot& slot) {
  slot.input = slot.input_bytes.View(
      batch.sizes, batch.dtype,
      [&](int64_t bytes) { return work_->EmptyOnDevice(bytes); });
  work_->Enqueue(Queue::kCopy, [&slot] {
    slot.input.copy_(slot.staging, /*non_blocking=*/true);
  });
  work_->Record(Queue::kCopy, *slot.copied);

  const std::lock_guard<std::mutex> lock(compute_mutex_);
  work_->Await(Queue::kCompute, *slot.copied);
  work_->Enqueue(Queue::kCompute, [this, &batch, &slot] {
    const at::Tensor rows = batch.compute(slot.input).to(c10::kFloat);
    slot.result = slot.result_bytes.View(
        rows.sizes(), c10::kFloat,
        [&](int64_t bytes) { return work_->EmptyOnHost(bytes); });
    slot.result.copy_(rows, /*non_blocking=*/true);
  });
  work_->Record(Queue::kCompute, *slot.computed);
}

EmbeddingRows StagedBatches::Run(const StagedBatch& batch) {
  SlotPtr slot = TakeSlot();
  try {
    slot->staging = slot->staging_bytes.View(
        batch.sizes, batch.dtype,
        [&](int64_t bytes) { return work_->EmptyOnHost(bytes); });
    batch.fill(slot->staging);
    EmbeddingRows rows;
    if (work_->SharesHostMemory()) {
      rows = RunOnHost(batch, *slot);
    } else {
      Start(batch, *slot);
      work_->Synchronize(*slot->computed);
      rows = ToVector(slot->result);
    }
    GiveBack(std::move(slot));
    return rows;
  } catch (...) {
    if (slot != nullptr) Abandon(std::move(slot));
    throw;
  }
}

void StagedBatches::Abandon(SlotPtr slot) noexcept {
  try {
    // Behind whatever was still started of the batch.
    work_->Record(Queue::kCopy, *slot->copied);
    work_->Synchronize(*slot->copied);
    work_->Record(Queue::kCompute, *slot->computed);
    work_->Synchronize(*slot->computed);
  } catch (...) {
    // A device that has broken: nothing of it runs any more.
  }
  slot.reset();
  try {
    work_->FreeUnusedMemory();
  } catch (...) {
    // The batch's own error says more.
  }
}

}  // namespace clip::model
