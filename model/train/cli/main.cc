// clip_finetune: trains an open_clip model further.
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "model/train/cli/run_finetune.h"

int main(int argc, char** argv) {
  return clip::model::RunFinetune(
      std::vector<std::string>(argv + 1, argv + argc), std::cout, std::cerr,
      isatty(STDERR_FILENO) == 1);
}
