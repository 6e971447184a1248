#include "tests/testing/fake_encoder.h"

#include <limits>
#include <numeric>

namespace clip::testing {

model::ModelInfo FakeModelInfo() {
  model::ModelInfo info;
  info.architecture = "CLIP(FakeVision, FakeText)";
  info.embed_dim = 4;
  info.context_length = 8;
  info.vocab_size = 100;
  info.end_id = 99;
  info.preprocess.image_width = 2;
  info.preprocess.image_height = 2;
  info.dtype = "float32";
  info.device = "cpu";
  info.checkpoint_sha256 = std::string(64, '0');
  return info;
}

FakeEncoder::FakeEncoder(model::ModelInfo info) : info_(std::move(info)) {}

void FakeEncoder::PassGate() {
  batching::MutexLock lock(mutex_);
  ++at_gate_;
  gate_changed_.NotifyAll();
  while (gate_closed_ && passes_allowed_ == 0) gate_changed_.Wait(mutex_);
  if (gate_closed_) --passes_allowed_;
  --at_gate_;
}

template <typename T>
absl::StatusOr<model::EmbeddingRows> FakeEncoder::Encode(
    absl::Span<const absl::Span<const T>> rows, std::vector<int>& batches) {
  {
    batching::MutexLock lock(mutex_);
    batches.push_back(static_cast<int>(rows.size()));
  }
  gate_changed_.NotifyAll();
  PassGate();
  std::vector<float> firsts;
  for (const auto row : rows) firsts.push_back(static_cast<float>(row.front()));
  if (fault_) {
    const absl::Status status = fault_(firsts);
    if (!status.ok()) return status;
  }
  model::EmbeddingRows embeddings;
  for (const auto row : rows) {
    const auto first = static_cast<float>(row.front());
    embeddings.push_back(
        first == nan_marker_ ? std::numeric_limits<float>::quiet_NaN() : first);
    embeddings.push_back(static_cast<float>(row.back()));
    embeddings.push_back(std::accumulate(row.begin(), row.end(), 0.0F));
    embeddings.push_back(static_cast<float>(row.size()));
  }
  return embeddings;
}

absl::StatusOr<model::EmbeddingRows> FakeEncoder::EncodeImage(
    absl::Span<const absl::Span<const float>> rows) {
  return Encode(rows, image_batches_);
}

absl::StatusOr<model::EmbeddingRows> FakeEncoder::EncodeText(
    absl::Span<const absl::Span<const int32_t>> rows) {
  return Encode(rows, text_batches_);
}

int FakeEncoder::TextLength(absl::Span<const int32_t> row) const {
  while (row.size() > 1 && row.back() == 0) row.remove_suffix(1);
  return static_cast<int>(row.size());
}

void FakeEncoder::CloseGate() {
  batching::MutexLock lock(mutex_);
  gate_closed_ = true;
}

void FakeEncoder::OpenGate() {
  batching::MutexLock lock(mutex_);
  gate_closed_ = false;
  // Under the lock: the pass that it frees may be the last before the end.
  gate_changed_.NotifyAll();
}

void FakeEncoder::LetPass(int count) {
  {
    batching::MutexLock lock(mutex_);
    passes_allowed_ += count;
  }
  gate_changed_.NotifyAll();
}

void FakeEncoder::AwaitAtGate(int count) {
  batching::MutexLock lock(mutex_);
  while (at_gate_ < count) gate_changed_.Wait(mutex_);
}

void FakeEncoder::AwaitImagePasses(size_t count) {
  batching::MutexLock lock(mutex_);
  while (image_batches_.size() < count) gate_changed_.Wait(mutex_);
}

std::vector<int> FakeEncoder::image_batches() const {
  batching::MutexLock lock(mutex_);
  return image_batches_;
}

std::vector<int> FakeEncoder::text_batches() const {
  batching::MutexLock lock(mutex_);
  return text_batches_;
}

}  // namespace clip::testing
