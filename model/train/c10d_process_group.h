#ifndef MODEL_TRAIN_C10D_PROCESS_GROUP_H_
#define MODEL_TRAIN_C10D_PROCESS_GROUP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "model/train/process_group.h"
#include "model/train/process_group_options.h"

namespace clip::model {

// Joins LibTorch's c10d with its gloo backend and waits for all processes.
// Data goes by TCP, tensors of a GPU by way of host memory. Where the master
// is this machine's loopback address, all traffic stays on that interface;
// else gloo takes the one of the host's name, or of GLOO_SOCKET_IFNAME.
//
// The group's calls throw c10::DistError where a process is gone or late; the
// group is then to be thrown away.
//
// Errors: INVALID_ARGUMENT for a rank outside the world; DEADLINE_EXCEEDED
// where a process does not come in time; UNAVAILABLE where the port is taken
// or the network fails.
absl::StatusOr<std::unique_ptr<ProcessGroup>> CreateC10dProcessGroup(
    const ProcessGroupOptions& options);

}  // namespace clip::model

#endif  // MODEL_TRAIN_C10D_PROCESS_GROUP_H_
