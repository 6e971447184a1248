#ifndef MODEL_TRAIN_CLI_LAUNCH_PROCESSES_H_
#define MODEL_TRAIN_CLI_LAUNCH_PROCESSES_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace clip::model {

struct LaunchOptions {
  // Program and arguments of each process.
  std::string program = "/proc/self/exe";
  std::vector<std::string> arguments;
  int processes = 1;
  // After one failed, how long the others may take to end by themselves: they
  // notice it and rank 0 saves its checkpoint. They are killed then.
  absl::Duration grace = absl::Seconds(30);
};

// Starts the processes of a run on this machine, each with torchrun's
// environment, and waits for all of them. They meet at a free port of the
// loopback interface, share the cores unless OMP_NUM_THREADS is set, and end
// with this process. For a process without other children or threads.
//
// Returns 0 where all did; 2 where one did, which is clip_finetune's code for
// wrong input; else the exit code of the one that failed first, 1 for one that
// was killed. `err` gets a line for each that failed by itself.
int LaunchProcesses(const LaunchOptions& options, std::ostream& err);

}  // namespace clip::model

#endif  // MODEL_TRAIN_CLI_LAUNCH_PROCESSES_H_
