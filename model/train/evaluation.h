#ifndef MODEL_TRAIN_EVALUATION_H_
#define MODEL_TRAIN_EVALUATION_H_

#include <ATen/core/TensorBody.h>

#include <map>
#include <string>

namespace clip::model {

// open_clip's retrieval metrics of pairs: image_to_text_R@1, R@5 and R@10 and
// the same for text_to_image, each the share of rows whose partner is among
// the nearest. Of several equally near, the pair's own comes last, so that a
// model that says the same of everything scores nothing.
//
// [N, D] normalized features; row i of both is a pair. Throws as LibTorch.
std::map<std::string, double> RetrievalRecall(const at::Tensor& images,
                                              const at::Tensor& texts);

// Shares of images [N, D] whose class [N] is the first, or among the first
// five, by a classifier [classes, D] of normalized rows: top1 and top5.
std::map<std::string, double> ZeroShotAccuracy(const at::Tensor& images,
                                               const at::Tensor& classes,
                                               const at::Tensor& classifier);

}  // namespace clip::model

#endif  // MODEL_TRAIN_EVALUATION_H_
