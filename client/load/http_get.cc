#include "client/load/http_get.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace clip::client::load {
namespace {

constexpr size_t kMaxPageBytes = 16 << 20;

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  ~Socket() {
    if (number_ >= 0) close(number_);
  }
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  int number() const { return number_; }

 private:
  int number_;
};

absl::Status NoAnswer(const std::string& address) {
  return absl::UnavailableError(
      absl::StrCat("no answer from http://", address, ": ",
                   std::generic_category().message(errno)));
}

absl::StatusOr<Socket> ConnectTo(const std::string& address,
                                 absl::Duration timeout) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", address, "\" is not HOST:PORT"));
  }
  std::string host = address.substr(0, colon);
  // An IPv6 address has brackets here and none for the resolver.
  if (absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints,
                  &found) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot resolve ", address));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, freeaddrinfo);
  const timeval limit = absl::ToTimeval(timeout);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC,
                           one->ai_protocol));
    if (socket.number() < 0) continue;
    // The limit for sending also bounds connect.
    setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(socket.number(), one->ai_addr, one->ai_addrlen) == 0) {
      return socket;
    }
  }
  return NoAnswer(address);
}

absl::StatusOr<std::string> ReadAll(const Socket& socket,
                                    const std::string& address,
                                    absl::Time deadline) {
  std::string reply;
  std::array<char, 16 << 10> chunk;
  for (;;) {
    const ssize_t got = recv(socket.number(), chunk.data(), chunk.size(), 0);
    if (got == 0) return reply;
    if (got < 0) return NoAnswer(address);
    reply.append(chunk.data(), static_cast<size_t>(got));
    if (reply.size() > kMaxPageBytes || absl::Now() > deadline) {
      return absl::UnknownError(
          absl::StrCat("the page of http://", address, " does not end"));
    }
  }
}

}  // namespace

absl::StatusOr<std::string> HttpGet(const std::string& address,
                                    const std::string& path,
                                    absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  const absl::StatusOr<Socket> socket = ConnectTo(address, timeout);
  if (!socket.ok()) return socket.status();
  // HTTP/1.0: the server closes after the page, and sends it in one piece.
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: ", address, "\r\n\r\n");
  if (send(socket->number(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return NoAnswer(address);
  }
  absl::StatusOr<std::string> reply = ReadAll(*socket, address, deadline);
  if (!reply.ok()) return reply;
  const size_t body = reply->find("\r\n\r\n");
  const std::string status = reply->substr(0, reply->find("\r\n"));
  if (!absl::StartsWith(status, "HTTP/1.") || body == std::string::npos ||
      !absl::StrContains(status, " 200")) {
    return absl::UnknownError(
        absl::StrCat("http://", address, path, " does not answer with a page"));
  }
  return reply->substr(body + 4);
}

}  // namespace clip::client::load
