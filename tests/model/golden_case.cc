#include "tests/model/golden_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>

#include "model/checkpoint/safetensors_reader.h"

namespace clip::model {
namespace {

template <typename T>
std::vector<T> Copy(const TensorView& view) {
  std::vector<T> values(view.bytes.size() / sizeof(T));
  std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
  return values;
}

template <typename To, typename From>
std::vector<std::vector<To>> Split(const std::vector<From>& values,
                                   size_t rows) {
  std::vector<std::vector<To>> result(rows);
  const size_t width = values.size() / rows;
  for (size_t i = 0; i < rows; ++i) {
    result[i].assign(values.begin() + i * width,
                     values.begin() + (i + 1) * width);
  }
  return result;
}

}  // namespace

GoldenCase::GoldenCase(const std::string& name, const std::string& part)
    : folder_(std::string(CLIP_SOURCE_DIR) + "/tests/golden/" + part + "/" +
              name),
      tensors_({}, nullptr, "") {
  auto tensors = ReadSafetensors(folder_ + "/golden.safetensors");
  if (tensors.ok()) {
    tensors_ = *std::move(tensors);
  } else {
    ADD_FAILURE() << folder_ << ": " << tensors.status();
  }
}

std::string GoldenCase::weights() const {
  return folder_ + "/open_clip_model.safetensors";
}

std::string GoldenCase::ReadFile(const std::string& name) const {
  std::ifstream file(folder_ + "/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << folder_ << "/" << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

bool GoldenCase::Has(const std::string& name) const {
  return tensors_.tensors().count(name) > 0;
}

std::vector<std::string> GoldenCase::Names(const std::string& prefix) const {
  std::vector<std::string> names;
  for (const auto& [name, view] : tensors_.tensors()) {
    if (name.rfind(prefix, 0) == 0) names.push_back(name);
  }
  return names;
}

std::vector<float> GoldenCase::Floats(const std::string& name) const {
  const TensorView& view = Find(name);
  EXPECT_EQ(view.dtype, TensorDtype::kFloat32) << name;
  return Copy<float>(view);
}

std::vector<std::vector<float>> GoldenCase::FloatRows(
    const std::string& name) const {
  return Split<float>(Floats(name), Shape(name).at(0));
}

std::vector<std::vector<int32_t>> GoldenCase::IdRows(
    const std::string& name) const {
  const TensorView& view = Find(name);
  EXPECT_EQ(view.dtype, TensorDtype::kInt64) << name;
  return Split<int32_t>(Copy<int64_t>(view), view.shape.at(0));
}

std::vector<int64_t> GoldenCase::Shape(const std::string& name) const {
  return Find(name).shape;
}

const TensorView& GoldenCase::Find(const std::string& name) const {
  static const TensorView kEmpty;
  const auto view = tensors_.tensors().find(name);
  if (view != tensors_.tensors().end()) return view->second;
  ADD_FAILURE() << folder_ << " has no tensor " << name;
  return kEmpty;
}

double WorstDifference(const std::vector<float>& a,
                       const std::vector<float>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double worst = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(double{a[i]} - double{b[i]});
    if (!std::isfinite(difference)) {
      return std::numeric_limits<double>::infinity();
    }
    worst = std::max(worst, difference);
  }
  return worst;
}

}  // namespace clip::model
