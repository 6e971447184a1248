#ifndef SERVER_WEB_HTTP_CONNECTION_H_
#define SERVER_WEB_HTTP_CONNECTION_H_

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "server/web/body_budget.h"
#include "server/web/http_handler.h"
#include "server/web/http_server.h"
#include "server/web/loop_door.h"

namespace clip::server {

// One connection of an HttpServer, from its first byte to its last: head,
// perhaps a body, one answer, and a short wait until the caller has read it.
//
// Lives on the loop's thread and is called only there. Its owner holds it from
// Start until `on_end`; an answer that comes later finds nobody.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // All of it outlives the connection.
  struct Environment {
    const HttpServerOptions& options;
    HttpHandler& handler;
    BodyBudget& budget;
    std::shared_ptr<LoopDoor> door;
    // The connection is over; called once.
    std::function<void(const std::shared_ptr<HttpConnection>&)> on_end;
  };

  HttpConnection(boost::asio::ip::tcp::socket socket,
                 const Environment& environment);
  ~HttpConnection();

  void Start();

  // Whether a whole request is here and its answer not yet on the wire.
  bool is_answering() const { return is_answering_; }

  // Ends it now, whatever it does.
  void Cut();

 private:
  using ErrorCode = boost::beast::error_code;

  void OnHead(ErrorCode error);
  // The answer to a head that is refused, or nothing.
  std::optional<HttpResponse> RefuseHead();
  void Continue();
  void ReadBody();
  void OnBody(ErrorCode error);
  void Handle();
  void Write(HttpResponse response);
  // Waits, reading what is still sent, until the caller has hung up: closing
  // with bytes unread would reset the connection, and take the answer along.
  void Linger();
  void Discard();
  void End();
  HttpRequest TakeRequest();

  const Environment& environment_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  std::array<char, 4096> discarded_;
  uint64_t body_bytes_ = 0;
  bool is_answering_ = false;
  bool has_ended_ = false;
};

}  // namespace clip::server

#endif  // SERVER_WEB_HTTP_CONNECTION_H_
