#ifndef CLIENT_CLI_CONSOLE_H_
#define CLIENT_CLI_CONSOLE_H_

#include <istream>
#include <ostream>

namespace clip::client {

// The streams that a command talks through; tests bring their own. Borrowed:
// the streams outlive it.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // A person watches: colours on `out`, a progress bar on `err`.
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_CONSOLE_H_
