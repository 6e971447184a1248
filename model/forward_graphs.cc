#include "model/forward_graphs.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

namespace clip::model {
namespace {

int64_t BucketOf(int64_t rows) {
  int64_t bucket = 1;
  while (bucket < rows) bucket *= 2;
  return bucket;
}

}  // namespace

at::Tensor ForwardGraphs::Run(const at::Tensor& input, const Forward& forward) {
  const int64_t rows = input.size(0);
  if (!make_ || rows > kMaxRows) return forward(input);
  std::vector<int64_t> sizes = input.sizes().vec();
  sizes[0] = BucketOf(rows);
  Key key = {static_cast<int64_t>(input.scalar_type())};
  key.insert(key.end(), sizes.begin(), sizes.end());
  const auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() < kMaxGraphs) {
      // Valid values for the rows that nobody asked for.
      buckets_[key].input = at::zeros(sizes, input.options());
    }
    return forward(input);
  }
  Bucket& bucket = found->second;
  if (bucket.refused) return forward(input);
  bucket.input.narrow(0, 0, rows).copy_(input);
  if (bucket.graph == nullptr) Record(bucket, forward);
  if (bucket.refused) return forward(input);
  bucket.graph->Replay();
  return bucket.output.narrow(0, 0, rows);
}

void ForwardGraphs::Record(Bucket& bucket, const Forward& forward) {
  try {
    // Once as ever, at the bucket's own size: what the libraries do when a
    // kernel is first used cannot be recorded.
    bucket.output = at::empty_like(forward(bucket.input));
    auto graph = make_();
    graph->Record(
        [&bucket, forward] { bucket.output.copy_(forward(bucket.input)); });
    bucket.graph = std::move(graph);
  } catch (const c10::OutOfMemoryError&) {
    // Of the pass itself, so that the batch is split.
    bucket.refused = true;
    throw;
  } catch (const c10::Error&) {
    bucket.refused = true;
  }
}

size_t ForwardGraphs::recorded() const {
  size_t count = 0;
  for (const auto& [key, bucket] : buckets_) {
    if (bucket.graph != nullptr) ++count;
  }
  return count;
}

}  // namespace clip::model
