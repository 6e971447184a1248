// clip_client: the command line of clip-serving.
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "client/cli/console.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  clip::client::Console console{std::cin, std::cout, std::cerr};
  console.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  console.err_is_terminal = isatty(STDERR_FILENO) == 1;
  return clip::client::RunCommandLine(
      std::vector<std::string>(argv + 1, argv + argc), console);
}
