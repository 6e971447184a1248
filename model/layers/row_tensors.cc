#include "model/layers/row_tensors.h"

#include <ATen/ops/empty.h>

#include <cstdint>

#include "model/layers/parallel_rows.h"
#include "model/layers/row_kernels.h"

namespace clip::model {
namespace {

// The type of a value in the kernels' interface.
template <c10::ScalarType>
struct KernelType;
template <>
struct KernelType<c10::kFloat> {
  using type = float;
};
template <>
struct KernelType<c10::kBFloat16> {
  using type = uint16_t;
};

template <typename Function>
void ForType(c10::ScalarType dtype, Function function) {
  if (dtype == c10::kFloat) {
    function(KernelType<c10::kFloat>());
  } else {
    TORCH_CHECK(dtype == c10::kBFloat16, "row kernels have no ", dtype);
    function(KernelType<c10::kBFloat16>());
  }
}

}  // namespace

void QuickGelu_(const at::Tensor& x) {
  const at::Tensor rows = x.view({-1, x.size(-1)});
  const int64_t columns = rows.size(1);
  ForType(x.scalar_type(), [&](auto type) {
    using T = typename decltype(type)::type;
    auto* const data = static_cast<T*>(rows.data_ptr());
    ParallelRows(rows.size(0), columns, [=](int64_t begin, int64_t end) {
      QuickGeluRow(data + begin * columns, (end - begin) * columns);
    });
  });
}

QuantizedRows QuantizeRows(const at::Tensor& x) {
  const at::Tensor rows = x.contiguous();
  const int64_t columns = rows.size(1);
  QuantizedRows quantized;
  quantized.values = at::empty(rows.sizes(), c10::kByte);
  quantized.scales = at::empty({rows.size(0), 2}, c10::kFloat);
  auto* const values = quantized.values.mutable_data_ptr<uint8_t>();
  auto* const scales = quantized.scales.mutable_data_ptr<float>();
  ForType(rows.scalar_type(), [&](auto type) {
    using T = typename decltype(type)::type;
    const auto* const data = static_cast<const T*>(rows.const_data_ptr());
    ParallelRows(rows.size(0), columns, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const RowScale row =
            QuantizeRow(data + i * columns, columns, values + i * columns);
        scales[2 * i] = row.scale;
        scales[2 * i + 1] = row.zero_point;
      }
    });
  });
  return quantized;
}

at::Tensor FinishRows(const at::Tensor& product, const at::Tensor& scales,
                      const at::Tensor& column_sums, const at::Tensor& bias,
                      const LinearEpilogue& epilogue, c10::ScalarType dtype) {
  const int64_t columns = product.size(1);
  const at::Tensor y = at::empty(product.sizes(), dtype);
  at::Tensor residual;
  if (epilogue.residual.defined()) residual = epilogue.residual.contiguous();
  const auto* const sums = product.const_data_ptr<float>();
  const auto* const scale = scales.const_data_ptr<float>();
  ForType(dtype, [&](auto type) {
    using T = typename decltype(type)::type;
    RowEpilogue<T> shared;
    shared.column_sums = column_sums.const_data_ptr<float>();
    if (bias.defined()) shared.bias = bias.const_data_ptr<float>();
    if (epilogue.activation.has_value()) {
      shared.activation = &*epilogue.activation;
    }
    const T* added = nullptr;
    if (residual.defined()) {
      TORCH_CHECK(
          residual.scalar_type() == dtype && residual.numel() == y.numel(),
          "a residual of another shape or type");
      added = static_cast<const T*>(residual.const_data_ptr());
    }
    auto* const out = static_cast<T*>(y.data_ptr());
    ParallelRows(y.size(0), columns, [=](int64_t begin, int64_t end) {
      RowEpilogue<T> row = shared;
      for (int64_t i = begin; i < end; ++i) {
        if (added != nullptr) row.residual = added + i * columns;
        FinishRow(sums + i * columns, columns,
                  RowScale{scale[2 * i], scale[2 * i + 1]}, row,
                  out + i * columns);
      }
    });
  });
  return y;
}

}  // namespace clip::model
