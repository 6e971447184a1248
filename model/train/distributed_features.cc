#include "model/train/distributed_features.h"

#include <ATen/ops/cat.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cstdint>
#include <vector>

namespace clip::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

ProcessGroup& GroupOf(AutogradContext* context) {
  const int64_t address = context->saved_data["group"].toInt();
  return *reinterpret_cast<ProcessGroup*>(address);
}

void SaveGroup(AutogradContext* context, ProcessGroup* group) {
  context->saved_data["group"] = reinterpret_cast<int64_t>(group);
}

class GatherFunction : public torch::autograd::Function<GatherFunction> {
 public:
  static at::Tensor forward(AutogradContext* context,
                            const at::Tensor& features, ProcessGroup* group) {
    SaveGroup(context, group);
    context->saved_data["rows"] = features.size(0);
    return at::cat(group->AllGather(features.contiguous()));
  }

  // Every process has a gradient for every row.
  static variable_list backward(AutogradContext* context,
                                const variable_list& gradients) {
    ProcessGroup& group = GroupOf(context);
    const int64_t rows = context->saved_data["rows"].toInt();
    const at::Tensor sum = group.AllReduceSum(gradients.at(0).contiguous());
    return {sum.narrow(0, group.rank() * rows, rows), at::Tensor()};
  }
};

class ExchangeFunction : public torch::autograd::Function<ExchangeFunction> {
 public:
  static at::Tensor forward(AutogradContext* context,
                            const at::Tensor& features, int64_t to_rank,
                            int64_t from_rank, ProcessGroup* group) {
    SaveGroup(context, group);
    context->saved_data["to"] = to_rank;
    context->saved_data["from"] = from_rank;
    return group->Exchange(features.contiguous(), static_cast<int>(to_rank),
                           static_cast<int>(from_rank));
  }

  static variable_list backward(AutogradContext* context,
                                const variable_list& gradients) {
    const auto to = static_cast<int>(context->saved_data["from"].toInt());
    const auto from = static_cast<int>(context->saved_data["to"].toInt());
    const at::Tensor gradient =
        GroupOf(context).Exchange(gradients.at(0).contiguous(), to, from);
    return {gradient, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor GatherFeatures(const at::Tensor& features, bool with_grad,
                          bool local_rows_have_grad, ProcessGroup& group) {
  if (with_grad) return GatherFunction::apply(features, &group);
  std::vector<at::Tensor> gathered =
      group.AllGather(features.detach().contiguous());
  if (local_rows_have_grad) gathered.at(group.rank()) = features;
  return at::cat(gathered);
}

at::Tensor ExchangeFeatures(const at::Tensor& features, int to_rank,
                            int from_rank, ProcessGroup& group) {
  return ExchangeFunction::apply(features, int64_t{to_rank}, int64_t{from_rank},
                                 &group);
}

}  // namespace clip::model
