#ifndef CLIENT_PRIORITY_H_
#define CLIENT_PRIORITY_H_

namespace clip::client {

// Which line the items of a call wait in, where the server is busy. It goes out
// as the request metadata x-clip-priority.
enum class Priority {
  // The server's rule: bulk for streams, interactive for every other call.
  kDefault,
  kInteractive,
  // Waits while interactive items wait, but gets a ninth of the device all the
  // same. For work that nobody watches.
  kBulk,
};

}  // namespace clip::client

#endif  // CLIENT_PRIORITY_H_
