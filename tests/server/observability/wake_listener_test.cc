#include "server/observability/wake_listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace clip::server {
namespace {

// A listening socket on a free port of the loopback, which accepts nothing.
class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, generic, size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    EXPECT_EQ(getsockname(socket_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }

  int port() const { return port_; }

 private:
  const int socket_;
  int port_ = 0;
};

TEST(WakeListenerTest, ReachesAListenerUnderEveryAddressOfIt) {
  const Listener listener;
  EXPECT_TRUE(WakeListener("127.0.0.1:0", listener.port()));
  EXPECT_TRUE(WakeListener("0.0.0.0:9464", listener.port()));
}

TEST(WakeListenerTest, SaysWhereNothingListens) {
  int port = 0;
  { port = Listener().port(); }
  EXPECT_FALSE(WakeListener("127.0.0.1:0", port));
  EXPECT_FALSE(WakeListener("no such host:0", port));
}

}  // namespace
}  // namespace clip::server
