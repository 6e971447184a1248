#ifndef SERVER_WEB_HTTP_HANDLER_H_
#define SERVER_WEB_HTTP_HANDLER_H_

#include <functional>
#include <optional>

#include "server/web/http_message.h"

namespace clip::server {

// What an HttpServer serves.
class HttpHandler {
 public:
  // Called exactly once, on any thread; may be called after the server has
  // gone, when it does nothing.
  using Respond = std::function<void(HttpResponse)>;

  virtual ~HttpHandler() = default;

  // Looks at a request whose body has not been read: the answer that refuses
  // it, or nothing to have the body read. Called on the server's thread; must
  // not block.
  virtual std::optional<HttpResponse> Refuse(const HttpRequest& head) = 0;

  // Answers a whole request. Called on the server's thread; must not block.
  virtual void Handle(HttpRequest request, Respond respond) = 0;
};

}  // namespace clip::server

#endif  // SERVER_WEB_HTTP_HANDLER_H_
