#ifndef SERVER_OBSERVABILITY_WAKE_LISTENER_H_
#define SERVER_OBSERVABILITY_WAKE_LISTENER_H_

#include <string>

namespace clip::server {

// Connects to a listener of this machine and hangs up, so that a thread that
// waits in accept or poll looks up. `listen_address` is HOST:PORT with any
// port; "0.0.0.0" is reached over the loopback. False where nothing listens.
bool WakeListener(const std::string& listen_address, int port);

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_WAKE_LISTENER_H_
