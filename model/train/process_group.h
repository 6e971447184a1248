#ifndef MODEL_TRAIN_PROCESS_GROUP_H_
#define MODEL_TRAIN_PROCESS_GROUP_H_

#include <ATen/core/TensorBody.h>

#include <vector>

namespace clip::model {

// The processes that train one model together, as torch.distributed's default
// group. Each call is collective: every process makes the same calls in the
// same order, with tensors of the same shape and type, and gets tensors on the
// device of its own. Throws c10::DistError where a process is gone. Not
// thread-safe.
class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;

  virtual int rank() const = 0;
  virtual int world_size() const = 0;

  // The sum over the processes.
  virtual at::Tensor AllReduceSum(const at::Tensor& tensor) = 0;

  // The tensors of all processes in the order of their ranks.
  virtual std::vector<at::Tensor> AllGather(const at::Tensor& tensor) = 0;

  // The tensor of rank 0.
  virtual at::Tensor Broadcast(const at::Tensor& tensor) = 0;

  // Sends a tensor to one process and returns that of another.
  virtual at::Tensor Exchange(const at::Tensor& tensor, int to_rank,
                              int from_rank) = 0;
};

// 0 and 1 for null, which is a process on its own.
inline int RankOf(const ProcessGroup* group) {
  return group == nullptr ? 0 : group->rank();
}
inline int WorldSizeOf(const ProcessGroup* group) {
  return group == nullptr ? 1 : group->world_size();
}

}  // namespace clip::model

#endif  // MODEL_TRAIN_PROCESS_GROUP_H_
