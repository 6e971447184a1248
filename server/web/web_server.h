#ifndef SERVER_WEB_WEB_SERVER_H_
#define SERVER_WEB_WEB_SERVER_H_

#include <grpcpp/channel.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/web/http_server.h"
#include "server/web/web_page.h"

namespace clip::server {

struct WebServerOptions {
  // HOST:PORT; port 0 picks a free one.
  std::string listen_address;
  // Further names that browsers may know the page by; see SiteGuard. The HOST
  // of listen_address is one already.
  std::vector<std::string> host_names;
  WebLimits limits;
  // Of the gRPC service; a body may be a third larger, since pictures travel
  // in base64.
  size_t max_message_bytes = size_t{16} << 20;
};

// The page to try the models on, over HTTP, until destroyed: a WebPage on an
// HttpServer. Destroy it when the gRPC server behind the channel has been shut
// down, so that its last calls have been answered.
//
// It answers anyone who reaches its port, and has no TLS.
class WebServer {
 public:
  // Errors are those of HttpServer.
  static absl::StatusOr<std::unique_ptr<WebServer>> Create(
      const WebServerOptions& options,
      const std::shared_ptr<grpc::Channel>& channel);

  // The port that is really bound.
  int port() const { return server_->port(); }

 private:
  explicit WebServer(std::unique_ptr<WebPage> page) : page_(std::move(page)) {}

  const std::unique_ptr<WebPage> page_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace clip::server

#endif  // SERVER_WEB_WEB_SERVER_H_
