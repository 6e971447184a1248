#include "tests/integration/http_get.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace clip::testing {
namespace {

int Connect(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) == 0) {
    return socket;
  }
  close(socket);
  return -1;
}

}  // namespace

std::string HttpGet(int port, const std::string& path) {
  const int socket = Connect(port);
  if (socket < 0) return "";
  const std::string request =
      "GET " + path +
      " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (write(socket, request.data(), request.size()) ==
      static_cast<ssize_t>(request.size())) {
    std::array<char, 4096> buffer = {};
    ssize_t count = 0;
    while ((count = read(socket, buffer.data(), buffer.size())) > 0) {
      answer.append(buffer.data(), static_cast<size_t>(count));
    }
  }
  close(socket);
  return answer;
}

}  // namespace clip::testing
