#include "model/train/evaluation.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <vector>

namespace clip::model {
namespace {

// How many of `scores` [N, M] beat or equal the one in each row's target
// column, itself left out. Row by row in chunks: N x N would be too much.
at::Tensor RanksOf(const at::Tensor& rows, const at::Tensor& columns,
                   const at::Tensor& targets) {
  constexpr int64_t kChunk = 1024;
  std::vector<at::Tensor> ranks;
  for (int64_t first = 0; first < rows.size(0); first += kChunk) {
    const int64_t count = std::min(kChunk, rows.size(0) - first);
    const at::Tensor scores =
        at::matmul(rows.narrow(0, first, count), columns.t());
    const at::Tensor own =
        scores.gather(1, targets.narrow(0, first, count).unsqueeze(1));
    ranks.push_back((scores >= own).sum(1) - 1);
  }
  return at::cat(ranks);
}

double ShareBelow(const at::Tensor& ranks, int64_t bound) {
  return (ranks < bound).to(at::kDouble).mean().item<double>();
}

}  // namespace

std::map<std::string, double> RetrievalRecall(const at::Tensor& images,
                                              const at::Tensor& texts) {
  const at::Tensor pairs =
      at::arange(images.size(0), images.options().dtype(at::kLong));
  const at::Tensor to_text = RanksOf(images, texts, pairs);
  const at::Tensor to_image = RanksOf(texts, images, pairs);
  std::map<std::string, double> metrics;
  for (const int64_t k : {1, 5, 10}) {
    metrics["image_to_text_R@" + std::to_string(k)] = ShareBelow(to_text, k);
    metrics["text_to_image_R@" + std::to_string(k)] = ShareBelow(to_image, k);
  }
  return metrics;
}

std::map<std::string, double> ZeroShotAccuracy(const at::Tensor& images,
                                               const at::Tensor& classes,
                                               const at::Tensor& classifier) {
  const at::Tensor ranks = RanksOf(images, classifier, classes);
  return {{"top1", ShareBelow(ranks, 1)}, {"top5", ShareBelow(ranks, 5)}};
}

}  // namespace clip::model
