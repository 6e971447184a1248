#ifndef TESTS_MODEL_GOLDEN_TENSORS_H_
#define TESTS_MODEL_GOLDEN_TENSORS_H_

#include <ATen/core/TensorBody.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace clip::model {

// The tensors of tests/golden/PATH.safetensors. Fails the running test where
// the file or a tensor is not there.
class GoldenTensors {
 public:
  explicit GoldenTensors(const std::string& path);

  bool Has(const std::string& name) const { return tensors_.count(name) > 0; }
  // float32 or int64.
  at::Tensor Get(const std::string& name) const;

 private:
  std::map<std::string, at::Tensor> tensors_;
};

// The pairs of words, one a line, of tests/golden/PATH.
std::vector<std::pair<std::string, std::string>> ReadGoldenLines(
    const std::string& path);

// The largest absolute difference; infinity where the shapes differ or a value
// is not finite.
double WorstTensorDifference(const at::Tensor& a, const at::Tensor& b);

}  // namespace clip::model

#endif  // TESTS_MODEL_GOLDEN_TENSORS_H_
