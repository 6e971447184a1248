#include "server/web/http_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include "absl/time/time.h"

namespace clip::server {
namespace {

namespace http = boost::beast::http;

// A browser's head has less than two kilobytes.
constexpr uint32_t kMaxHeadBytes = 16384;
// Of what has been read and not yet looked at.
constexpr size_t kMaxBufferBytes = size_t{64} << 10;
// Time for a caller to see that we have hung up.
constexpr absl::Duration kLinger = absl::Seconds(2);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What every answer has. The page may load what is served here and nothing
// else, and no other page may frame it, read it or take it for another type.
constexpr std::pair<const char*, const char*> kSafetyFields[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; "
     "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
     "form-action 'none'; frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

HttpResponse ServerFault() {
  return HttpError(500, "INTERNAL", "the page's server failed");
}

// The answer to bytes that are no request; nothing where there is nobody to
// answer.
std::optional<HttpResponse> AnswerTo(boost::beast::error_code error,
                                     size_t max_body_bytes) {
  if (error == http::error::body_limit) {
    return HttpError(413, "INVALID_ARGUMENT",
                     "the request is too large: at most " +
                         std::to_string(max_body_bytes) + " bytes are taken");
  }
  if (error == http::error::header_limit ||
      error == http::error::buffer_overflow) {
    return HttpError(431, "INVALID_ARGUMENT",
                     "the request's head is too large");
  }
  if (error == http::error::end_of_stream ||
      error == http::error::partial_message ||
      error.category() != make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return HttpError(400, "INVALID_ARGUMENT", "the bytes are not HTTP/1.1");
}

std::string FieldOf(const http::fields& fields, http::field name) {
  return std::string(fields[name]);
}

}  // namespace

HttpConnection::HttpConnection(boost::asio::ip::tcp::socket socket,
                               const Environment& environment)
    : environment_(environment),
      stream_(std::move(socket)),
      buffer_(kMaxBufferBytes) {
  parser_.header_limit(kMaxHeadBytes);
  parser_.body_limit(environment.options.max_body_bytes);
}

HttpConnection::~HttpConnection() { environment_.budget.Return(body_bytes_); }

void HttpConnection::Start() {
  stream_.expires_after(
      absl::ToChronoNanoseconds(environment_.options.head_timeout));
  http::async_read_header(stream_, buffer_, parser_,
                          [self = shared_from_this()](ErrorCode error, size_t) {
                            self->OnHead(error);
                          });
}

void HttpConnection::OnHead(ErrorCode error) {
  if (error) {
    const std::optional<HttpResponse> answer =
        AnswerTo(error, environment_.options.max_body_bytes);
    return answer.has_value() ? Write(*answer) : End();
  }
  std::optional<HttpResponse> refusal = RefuseHead();
  if (refusal.has_value()) return Write(*std::move(refusal));
  stream_.expires_after(
      absl::ToChronoNanoseconds(environment_.options.body_timeout));
  parser_.get()[http::field::expect] == "100-continue" ? Continue()
                                                       : ReadBody();
}

std::optional<HttpResponse> HttpConnection::RefuseHead() {
  try {
    if (parser_.chunked()) {
      return HttpError(411, "INVALID_ARGUMENT", "a Content-Length is needed");
    }
    std::optional<HttpResponse> refusal =
        environment_.handler.Refuse(TakeRequest());
    if (refusal.has_value()) return refusal;
  } catch (const std::exception&) {
    return ServerFault();
  }
  const uint64_t bytes = parser_.content_length().value_or(0);
  if (!environment_.budget.Take(bytes)) {
    HttpResponse busy =
        HttpError(503, "RESOURCE_EXHAUSTED",
                  "the page is busy with other pictures; try again soon");
    busy.fields.emplace_back("Retry-After", "1");
    return busy;
  }
  body_bytes_ = bytes;
  return std::nullopt;
}

void HttpConnection::Continue() {
  boost::asio::async_write(
      stream_, boost::asio::buffer(kContinue.data(), kContinue.size()),
      [self = shared_from_this()](ErrorCode error, size_t) {
        error ? self->End() : self->ReadBody();
      });
}

void HttpConnection::ReadBody() {
  http::async_read(stream_, buffer_, parser_,
                   [self = shared_from_this()](ErrorCode error, size_t) {
                     self->OnBody(error);
                   });
}

void HttpConnection::OnBody(ErrorCode error) {
  if (error) {
    const std::optional<HttpResponse> answer =
        AnswerTo(error, environment_.options.max_body_bytes);
    return answer.has_value() ? Write(*answer) : End();
  }
  stream_.expires_never();
  is_answering_ = true;
  try {
    Handle();
  } catch (const std::exception&) {
    Write(ServerFault());
  }
}

void HttpConnection::Handle() {
  HttpRequest request = TakeRequest();
  request.body = std::move(parser_.get().body());
  environment_.handler.Handle(
      std::move(request), [door = environment_.door,
                           weak = weak_from_this()](HttpResponse response) {
        door->Post([weak, response = std::move(response)]() mutable {
          const std::shared_ptr<HttpConnection> self = weak.lock();
          if (self != nullptr) self->Write(std::move(response));
        });
      });
}

HttpRequest HttpConnection::TakeRequest() {
  const auto& head = parser_.get();
  HttpRequest request;
  request.method = std::string(head.method_string());
  request.target = std::string(head.target());
  request.host = FieldOf(head, http::field::host);
  request.content_type = FieldOf(head, http::field::content_type);
  if (head.find(http::field::origin) != head.end()) {
    request.origin = FieldOf(head, http::field::origin);
  }
  return request;
}

void HttpConnection::Write(HttpResponse response) {
  if (has_ended_) return;
  response_.version(11);
  response_.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : kSafetyFields) response_.set(name, value);
  response_.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.fields) response_.set(name, value);
  response_.keep_alive(false);
  response_.content_length(response.body.size());
  if (parser_.get().method() != http::verb::head) {
    response_.body() = std::move(response.body);
  }
  stream_.expires_after(
      absl::ToChronoNanoseconds(environment_.options.write_timeout));
  http::async_write(stream_, response_,
                    [self = shared_from_this()](ErrorCode error, size_t) {
                      error ? self->End() : self->Linger();
                    });
}

void HttpConnection::Linger() {
  is_answering_ = false;
  ErrorCode ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send,
                            ignored);
  stream_.expires_after(absl::ToChronoNanoseconds(kLinger));
  Discard();
}

void HttpConnection::Discard() {
  stream_.async_read_some(boost::asio::buffer(discarded_),
                          [self = shared_from_this()](ErrorCode error, size_t) {
                            error ? self->End() : self->Discard();
                          });
}

void HttpConnection::Cut() {
  stream_.close();
  End();
}

void HttpConnection::End() {
  if (std::exchange(has_ended_, true)) return;
  is_answering_ = false;
  environment_.on_end(shared_from_this());
}

}  // namespace clip::server
