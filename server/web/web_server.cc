#include "server/web/web_server.h"

#include <utility>

#include "model/base/status_macros.h"
#include "server/observability/host_port.h"

namespace clip::server {
namespace {

// Pictures that may be on their way at once; each needs some four times the
// bytes of its file while it is read.
constexpr size_t kBodiesAtOnce = 4;
// The sentences and what holds a request together.
constexpr size_t kExtraBodyBytes = size_t{64} << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<WebServer>> WebServer::Create(
    const WebServerOptions& options,
    const std::shared_ptr<grpc::Channel>& channel) {
  CLIP_ASSIGN_OR_RETURN(const HostPort address,
                        ParseHostPort(options.listen_address));
  WebPageOptions page;
  page.host_names = options.host_names;
  page.host_names.push_back(address.host);
  page.limits = options.limits;
  HttpServerOptions http;
  http.listen_address = options.listen_address;
  http.max_body_bytes = options.max_message_bytes / 3 * 4 + kExtraBodyBytes;
  http.max_bodies_bytes = kBodiesAtOnce * http.max_body_bytes;
  std::unique_ptr<WebServer> server(
      new WebServer(std::make_unique<WebPage>(std::move(page), channel)));
  CLIP_ASSIGN_OR_RETURN(server->server_,
                        HttpServer::Create(http, *server->page_));
  return server;
}

}  // namespace clip::server
