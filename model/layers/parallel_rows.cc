#include "model/layers/parallel_rows.h"

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

#include <algorithm>

namespace clip::model {

// at::parallel_for would need this library to be built with the OpenMP that
// LibTorch was built with; a TensorIterator runs inside LibTorch. It walks over
// one byte a row and tells which bytes these are.
void ParallelRows(int64_t rows, int64_t values,
                  const std::function<void(int64_t, int64_t)>& function) {
  // As LibTorch's elementwise operators.
  constexpr int64_t kGrain = 32768;
  const at::Tensor marks = at::empty({rows}, at::kByte);
  const auto* const base = static_cast<const char*>(marks.data_ptr());
  auto iterator = at::TensorIteratorConfig()
                      .check_all_same_dtype(false)
                      .resize_outputs(false)
                      .add_output(marks)
                      .build();
  iterator.for_each(
      [&](char** data, const int64_t* strides, int64_t count, int64_t times) {
        for (int64_t i = 0; i < times; ++i) {
          const int64_t begin = data[0] + i * strides[1] - base;
          function(begin, begin + count);
        }
      },
      std::max<int64_t>(1, kGrain / values));
}

}  // namespace clip::model
