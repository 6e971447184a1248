#ifndef CLIENT_CLI_INTERRUPT_WATCH_H_
#define CLIENT_CLI_INTERRUPT_WATCH_H_

namespace clip::client {

// Lets a run end with its report where Ctrl-C (SIGINT) or SIGTERM would end the
// process. A second signal ends the process as usual. One at a time.
class InterruptWatch {
 public:
  InterruptWatch();
  // The signals do again what they do by default.
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  // A signal has come since the construction.
  bool interrupted() const;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_INTERRUPT_WATCH_H_
