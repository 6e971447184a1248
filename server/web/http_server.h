#ifndef SERVER_WEB_HTTP_SERVER_H_
#define SERVER_WEB_HTTP_SERVER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/web/http_handler.h"

namespace clip::server {

struct HttpServerOptions {
  // HOST:PORT; port 0 picks a free one.
  std::string listen_address;
  // Open connections; more wait in the kernel's queue until one ends. A browser
  // opens six at most.
  int max_connections = 64;
  // Bytes of one body; more is refused by its Content-Length, before anything
  // is read.
  size_t max_body_bytes = size_t{1} << 20;
  // Bytes of all bodies that are being read or answered; a request that does
  // not fit is refused. The memory of the server is a small multiple of it.
  size_t max_bodies_bytes = size_t{4} << 20;
  // How long a caller may take to send a head, to send a body and to take its
  // answer. Each is for the whole of it, not for a byte: whoever dribbles is
  // cut off like whoever is silent.
  absl::Duration head_timeout = absl::Seconds(10);
  absl::Duration body_timeout = absl::Seconds(60);
  absl::Duration write_timeout = absl::Seconds(10);
  // How long answers under way have when the server stops.
  absl::Duration farewell = absl::Seconds(1);
};

// A small HTTP/1.1 server for people's browsers: one request a connection, on
// one thread of its own. It bounds memory, time and connections (see the
// options), wants a Content-Length where there is a body, and gives every
// answer the headers that keep other sites out: no framing, no sniffing, no
// CORS, and a policy by which a page loads nothing that is not served here. It
// has no TLS.
//
// It serves from Create until it is destroyed. Destroying it gives the answers
// under way `farewell` and cuts everything else at once: a connection that is
// open and silent delays nothing.
class HttpServer {
 public:
  // `handler` must outlive the server. UNAVAILABLE where the address cannot be
  // had, with the address and the reason; INVALID_ARGUMENT where it is not
  // HOST:PORT.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Create(
      const HttpServerOptions& options, HttpHandler& handler);

  ~HttpServer();

  // The port that is really bound.
  int port() const { return port_; }

 private:
  class Loop;

  HttpServer(std::unique_ptr<Loop> loop, int port);

  const std::unique_ptr<Loop> loop_;
  const int port_;
  std::thread thread_;
};

}  // namespace clip::server

#endif  // SERVER_WEB_HTTP_SERVER_H_
