#ifndef MODEL_TRAIN_PROCESS_GROUP_OPTIONS_H_
#define MODEL_TRAIN_PROCESS_GROUP_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace clip::model {

// Which of several processes this is and how it finds the others. Names are
// those of torchrun's environment.
struct ProcessGroupOptions {
  int rank = 0;
  int world_size = 1;
  // Of the processes on this machine: which GPU is this one's.
  int local_rank = 0;
  // Where the processes meet. Rank 0 listens there, unless `agent_store`: then
  // the launcher does (TORCHELASTIC_USE_AGENT_STORE).
  std::string master_addr = "127.0.0.1";
  uint16_t master_port = 29500;
  bool agent_store = false;
  // A listening socket of that port for rank 0, which owns it from then on: no
  // other program can take the port meanwhile. -1: rank 0 opens one.
  int listen_fd = -1;
  // How long to wait for the others, at the start and in each call. Longer
  // forgives slow processes; shorter notices a lost host sooner. A process
  // that ends is noticed at once.
  absl::Duration timeout = absl::Minutes(30);
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_PROCESS_GROUP_OPTIONS_H_
