#ifndef TESTS_MODEL_GOLDEN_CASE_H_
#define TESTS_MODEL_GOLDEN_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/checkpoint/state_dict.h"

namespace clip::model {

// One case of tests/golden/model or model_api: a tiny random model and what
// open_clip computes with it (see tools/goldens/models.py and model_api.py).
// Fails the running test where a file or a tensor is not there.
class GoldenCase {
 public:
  // Of tests/golden/PART/NAME.
  explicit GoldenCase(const std::string& name,
                      const std::string& part = "model");

  // The hub folder.
  const std::string& folder() const { return folder_; }
  std::string weights() const;
  // The text of another file in the folder.
  std::string ReadFile(const std::string& name) const;

  // A float32 tensor, row-major.
  std::vector<float> Floats(const std::string& name) const;
  // The same in rows.
  std::vector<std::vector<float>> FloatRows(const std::string& name) const;
  // An int64 tensor in rows.
  std::vector<std::vector<int32_t>> IdRows(const std::string& name) const;
  bool Has(const std::string& name) const;
  // The names that begin with `prefix`.
  std::vector<std::string> Names(const std::string& prefix) const;
  std::vector<int64_t> Shape(const std::string& name) const;

 private:
  const TensorView& Find(const std::string& name) const;

  std::string folder_;
  StateDict tensors_;
};

// The largest absolute difference; infinity where the lengths differ or a
// value is not finite.
double WorstDifference(const std::vector<float>& a,
                       const std::vector<float>& b);

}  // namespace clip::model

#endif  // TESTS_MODEL_GOLDEN_CASE_H_
