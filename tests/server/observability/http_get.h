#ifndef TESTS_SERVER_OBSERVABILITY_HTTP_GET_H_
#define TESTS_SERVER_OBSERVABILITY_HTTP_GET_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace clip::testing {

// A TCP connection to a port of this machine. Closed when destroyed.
class LocalConnection {
 public:
  explicit LocalConnection(int port)
      : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address),
                         sizeof(address)) == 0;
  }
  ~LocalConnection() { close(socket_); }
  LocalConnection(const LocalConnection&) = delete;
  LocalConnection& operator=(const LocalConnection&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& text) const {
    send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  // What the peer sends until it closes.
  std::string Receive() const {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = recv(socket_, buffer, sizeof(buffer), 0)) > 0;) {
      text.append(buffer, n);
    }
    return text;
  }

 private:
  const int socket_;
  bool connected_ = false;
};

// The whole response, head included.
inline std::string HttpGet(int port, const std::string& path) {
  const LocalConnection connection(port);
  connection.Send("GET " + path + " HTTP/1.0\r\n\r\n");
  return connection.Receive();
}

}  // namespace clip::testing

#endif  // TESTS_SERVER_OBSERVABILITY_HTTP_GET_H_
