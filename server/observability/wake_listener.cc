#include "server/observability/wake_listener.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <memory>

namespace clip::server {
namespace {

// The host of "[::1]:80" is "::1".
std::string HostOf(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

// How long an answer may take that nobody reads.
constexpr timeval kPatience = {0, 50000};

bool ConnectAndHangUp(const addrinfo& address) {
  const int socket =
      ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  const bool connected =
      connect(socket, address.ai_addr, address.ai_addrlen) == 0;
  if (connected) {
    // Until the other side has hung up as well: a caller in a loop would fill
    // its backlog otherwise, and wait for a second to get in.
    shutdown(socket, SHUT_WR);
    char ignored = 0;
    while (recv(socket, &ignored, 1, 0) > 0) {
    }
  }
  close(socket);
  return connected;
}

}  // namespace

bool WakeListener(const std::string& listen_address, int port) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(HostOf(listen_address).c_str(), std::to_string(port).c_str(),
                  &hints, &found) != 0) {
    return false;
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found,
                                                             &freeaddrinfo);
  return ConnectAndHangUp(*found);
}

}  // namespace clip::server
