#include "server/pipeline/batch_runner.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <new>
#include <utility>
#include <variant>

#include "fmt/format.h"

namespace clip::server {
namespace {

using batching::Lane;

template <typename T>
absl::Span<const T> ValuesOf(const PreparedRow& row) {
  if constexpr (std::is_same_v<T, float>) {
    return std::get<RowBuffer>(row.values).values();
  } else {
    return std::get<std::vector<int32_t>>(row.values);
  }
}

template <typename T>
std::vector<absl::Span<const T>> Gather(absl::Span<RowTask* const> rows) {
  std::vector<absl::Span<const T>> gathered;
  gathered.reserve(rows.size());
  for (const RowTask* row : rows) gathered.push_back(ValuesOf<T>(row->row()));
  return gathered;
}

bool IsFinite(absl::Span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

}  // namespace

// What stays the same while a batch is halved.
struct BatchRunner::Pass {
  Lane lane;
  // When the batch began: the end of the rows' wait.
  absl::Time start;
  // True where the batch has already been halved for want of memory.
  bool halved_for_memory = false;
};

std::vector<RowTask*> BatchRunner::DropDead(Rows rows) const {
  const absl::Time now = clock_.Now();
  std::vector<RowTask*> alive;
  alive.reserve(rows.size());
  for (RowTask* row : rows) {
    if (row->IsCancelled()) {
      row->Fail(absl::CancelledError("the caller has gone"));
    } else if (row->IsExpired(now)) {
      row->Fail(absl::DeadlineExceededError(
          "the deadline passed before the item was computed"));
    } else {
      alive.push_back(row);
    }
  }
  return alive;
}

absl::StatusOr<model::EmbeddingRows> BatchRunner::Forward(Lane lane,
                                                          Rows rows) {
  try {
    auto embeddings = lane == Lane::kImage
                          ? encoder_.EncodeImage(Gather<float>(rows))
                          : EncodeText(rows);
    const size_t wanted = rows.size() * encoder_.info().embed_dim;
    if (embeddings.ok() && embeddings->size() != wanted) {
      return absl::InternalError(
          fmt::format("the model gave {} values for {} rows",
                      embeddings->size(), rows.size()));
    }
    return embeddings;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("memory is short");
  } catch (const std::exception& error) {
    return absl::InternalError(
        fmt::format("the model failed: {}", error.what()));
  } catch (...) {
    return absl::InternalError("the model failed");
  }
}

absl::StatusOr<model::EmbeddingRows> BatchRunner::EncodeText(Rows rows) {
  const auto ids = Gather<int32_t>(rows);
  if (!encoder_.info().pads_texts) {
    const std::vector<int> computed = encoder_.TextPositions(ids);
    for (size_t i = 0; i < rows.size(); ++i) rows[i]->set_computed(computed[i]);
  }
  return encoder_.EncodeText(ids);
}

void BatchRunner::Distribute(const Pass& pass,
                             const model::EmbeddingRows& embeddings,
                             absl::Duration forward, Rows rows,
                             BatchOutcome& outcome) {
  const size_t width = encoder_.info().embed_dim;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto values =
        absl::MakeConstSpan(embeddings).subspan(i * width, width);
    if (!IsFinite(values)) {
      ++outcome.failed;
      rows[i]->Fail(absl::InternalError(
          "the model gave an embedding that is not finite"));
      continue;
    }
    ++outcome.succeeded;
    RowResult result;
    result.embedding.assign(values.begin(), values.end());
    result.queued = pass.start - rows[i]->enqueued_at();
    result.forward = forward;
    rows[i]->Succeed(std::move(result));
  }
}

void BatchRunner::RunRows(const Pass& pass, Rows rows, BatchOutcome& outcome) {
  const std::vector<RowTask*> alive = DropDead(rows);
  if (alive.empty()) return;
  const absl::Time start = clock_.Now();
  const auto embeddings = Forward(pass.lane, alive);
  if (embeddings.ok()) {
    return Distribute(pass, *embeddings, clock_.Now() - start, alive, outcome);
  }
  const bool for_memory = absl::IsResourceExhausted(embeddings.status());
  if (alive.size() == 1 || (for_memory && pass.halved_for_memory)) {
    outcome.failed += static_cast<int>(alive.size());
    for (RowTask* row : alive) row->Fail(embeddings.status());
    return;
  }
  Pass half = pass;
  half.halved_for_memory |= for_memory;
  observer_.OnBatchSplit(for_memory ? SplitReason::kMemory
                                    : SplitReason::kFailure);
  const Rows all(alive);
  RunRows(half, all.first(all.size() / 2), outcome);
  RunRows(half, all.subspan(all.size() / 2), outcome);
}

BatchOutcome BatchRunner::Run(
    Lane lane, absl::Span<const std::unique_ptr<batching::BatchTask>> tasks) {
  std::vector<RowTask*> rows;
  rows.reserve(tasks.size());
  for (const auto& task : tasks) {
    rows.push_back(static_cast<RowTask*>(task.get()));
  }
  BatchOutcome outcome;
  RunRows(Pass{lane, clock_.Now()}, rows, outcome);
  return outcome;
}

}  // namespace clip::server
