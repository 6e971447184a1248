#include "model/train/average_gradients.h"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

namespace clip::model {
namespace {

void AverageBucket(const std::vector<at::Tensor>& gradients,
                   ProcessGroup& group) {
  std::vector<at::Tensor> flat;
  for (const at::Tensor& gradient : gradients) {
    flat.push_back(gradient.flatten());
  }
  const at::Tensor mean =
      group.AllReduceSum(at::cat(flat)).div_(group.world_size());
  int64_t offset = 0;
  for (const at::Tensor& gradient : gradients) {
    const int64_t count = gradient.numel();
    gradient.copy_(mean.narrow(0, offset, count).view(gradient.sizes()));
    offset += count;
  }
}

}  // namespace

void AverageGradients(const std::vector<AdamW::Entry>& entries,
                      ProcessGroup* group) {
  if (WorldSizeOf(group) == 1) return;
  // Few messages, and few copies of the gradients at a time. DDP's size.
  constexpr int64_t kBucketElements = (25 << 20) / sizeof(float);
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> bucket;
  int64_t elements = 0;
  for (const AdamW::Entry& entry : entries) {
    const at::Tensor& gradient = entry.parameter.grad();
    if (!gradient.defined()) continue;
    bucket.push_back(gradient);
    elements += gradient.numel();
    if (elements < kBucketElements) continue;
    AverageBucket(bucket, *group);
    bucket.clear();
    elements = 0;
  }
  if (!bucket.empty()) AverageBucket(bucket, *group);
}

}  // namespace clip::model
