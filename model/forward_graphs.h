#ifndef MODEL_FORWARD_GRAPHS_H_
#define MODEL_FORWARD_GRAPHS_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "model/device_graph.h"

namespace clip::model {

// Runs a forward pass of small batches by a graph for each bucket of sizes:
// 1, 2, 4 rows and so on. A batch between two buckets is filled up with rows
// of an earlier one, whose results nobody sees; rows do not influence each
// other.
//
// The first batch of a bucket runs as ever, and so makes the libraries choose
// their kernels; the second is recorded. A bucket that cannot be recorded, a
// batch of more than kMaxRows rows, for which starting kernels costs little,
// and everything after kMaxGraphs buckets run as ever.
//
// Not thread-safe: one pass at a time, all on one stream. Throws as LibTorch
// does.
class ForwardGraphs {
 public:
  using Forward = std::function<at::Tensor(const at::Tensor&)>;

  static constexpr int64_t kMaxRows = 32;
  // Six buckets of pictures and, of texts, six for each length.
  static constexpr size_t kMaxGraphs = 128;

  // With an empty `make` every batch runs as ever.
  explicit ForwardGraphs(MakeDeviceGraph make) : make_(std::move(make)) {}

  // forward(input), of `input` [N, ...] on the device. The result is
  // overwritten by the next pass of the same bucket. Inputs of one type and
  // shape must have one `forward`.
  at::Tensor Run(const at::Tensor& input, const Forward& forward);

  // Buckets that are recorded.
  size_t recorded() const;

 private:
  struct Bucket {
    at::Tensor input;
    at::Tensor output;
    // Null until recorded, or where that failed.
    std::unique_ptr<DeviceGraph> graph;
    bool refused = false;
  };
  // The type, then the sizes with the rows of the bucket.
  using Key = std::vector<int64_t>;

  void Record(Bucket& bucket, const Forward& forward);

  const MakeDeviceGraph make_;
  std::map<Key, Bucket> buckets_;
};

}  // namespace clip::model

#endif  // MODEL_FORWARD_GRAPHS_H_
