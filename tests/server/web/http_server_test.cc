#include "server/web/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tests/server/observability/http_get.h"
#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::HttpGet;
using clip::testing::IsOk;
using clip::testing::LocalConnection;
using clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Answers with the body it got, or as the test says. Thread-safe.
class FakeHandler final : public HttpHandler {
 public:
  std::optional<HttpResponse> Refuse(const HttpRequest& head) override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++heads_;
    }
    changed_.notify_all();
    if (head.target == "/throw") throw std::runtime_error("a defect");
    if (head.target != "/refused") return std::nullopt;
    return HttpError(403, "PERMISSION_DENIED", "not this");
  }

  void Handle(HttpRequest request, Respond respond) override {
    if (request.target == "/throw-late") throw std::runtime_error("a defect");
    if (request.target == "/held") {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        held_.push_back(std::move(respond));
        most_held_ = std::max(most_held_, held_.size());
      }
      return changed_.notify_all();
    }
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.target + " " + request.host +
                    " " + request.content_type + " " +
                    request.origin.value_or("none") + " " + request.body;
    response.fields.emplace_back("X-Own", "1");
    respond(std::move(response));
  }

  // Waits for that many heads in all.
  void AwaitHeads(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return heads_ >= count; });
  }
  // Waits for a request to /held and gives its way to answer.
  Respond TakeHeld() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return !held_.empty(); });
    Respond respond = std::move(held_.back());
    held_.pop_back();
    return respond;
  }
  void AwaitHeld(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
  }
  size_t most_held() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return most_held_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t heads_ = 0;
  std::vector<Respond> held_;
  size_t most_held_ = 0;
};

class HttpServerTest : public ::testing::Test {
 protected:
  // So long that nothing here can end by a timeout, unless the test says so.
  HttpServerTest() {
    options_.listen_address = "127.0.0.1:0";
    options_.max_body_bytes = 1000;
    options_.max_bodies_bytes = 4000;
    options_.head_timeout = absl::Hours(1);
    options_.body_timeout = absl::Hours(1);
    options_.write_timeout = absl::Hours(1);
    options_.farewell = absl::Hours(1);
  }

  void StartServer() {
    auto server = HttpServer::Create(options_, handler_);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  int port() const { return server_->port(); }

  std::string Exchange(const std::string& request) const {
    const LocalConnection connection(port());
    connection.Send(request);
    return connection.Receive();
  }

  std::string Post(const std::string& body) const {
    return Exchange("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  // Begins to destroy the server, and waits until it takes no connection.
  std::future<void> StopInBackground() {
    const int port = server_->port();
    auto stopped =
        std::async(std::launch::async,
                   [server = std::move(server_)]() mutable { server.reset(); });
    while (LocalConnection(port).connected()) std::this_thread::yield();
    return stopped;
  }

  HttpServerOptions options_;
  FakeHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HandsTheRequestOverAndTheAnswerBack) {
  StartServer();
  EXPECT_THAT(
      Exchange("POST /a?b=c HTTP/1.1\r\nHost: here:1\r\nOrigin: http://o\r\n"
               "Content-Type: text/x\r\nContent-Length: 5\r\n\r\nhello"),
      AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nX-Own: 1\r\n"),
            HasSubstr("\r\nContent-Type: text/plain\r\n"),
            EndsWith("\r\n\r\nPOST /a?b=c here:1 text/x http://o hello")));
}

TEST_F(HttpServerTest, EveryAnswerKeepsOtherSitesOut) {
  StartServer();
  const std::string huge = "GET /" + std::string(100000, 'a') + " HTTP/1.1\r\n";
  for (const std::string& request :
       {std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        std::string("GET /refused HTTP/1.1\r\nHost: h\r\n\r\n"),
        std::string("nonsense\r\n\r\n"), huge,
        std::string("OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: http://o\r\n"
                    "Access-Control-Request-Method: POST\r\n\r\n")}) {
    const std::string response = Exchange(request);
    EXPECT_THAT(
        response,
        AllOf(HasSubstr("\r\nContent-Security-Policy: default-src 'none'; "
                        "script-src 'self'; style-src 'self'; "),
              HasSubstr("frame-ancestors 'none'\r\n"),
              HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"),
              HasSubstr("\r\nX-Frame-Options: DENY\r\n"),
              HasSubstr("\r\nCross-Origin-Resource-Policy: same-origin\r\n"),
              HasSubstr("\r\nReferrer-Policy: no-referrer\r\n"),
              HasSubstr("\r\nCache-Control: no-store\r\n"),
              Not(HasSubstr("Access-Control-Allow")),
              Not(HasSubstr("\r\nServer:"))))
        << request.substr(0, 40);
  }
}

TEST_F(HttpServerTest, AnswersAHeadWithoutTheBody) {
  StartServer();
  EXPECT_THAT(
      Exchange("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n"),
      AllOf(HasSubstr("\r\nContent-Length: 16\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(HttpServerTest, SaysGoOnToWhoAsksBeforeSending) {
  StartServer();
  const LocalConnection connection(port());
  connection.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  handler_.AwaitHeads(1);
  connection.Send("ok");
  EXPECT_THAT(connection.Receive(),
              AllOf(StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"),
                    EndsWith(" ok")));
}

// In each case the answer comes although nothing of the body has been sent.
TEST_F(HttpServerTest, RefusesByTheHeadAlone) {
  StartServer();
  const std::pair<const char*, const char*> cases[] = {
      {"POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n",
       " 403 "},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", " 413 "},
      {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n",
       " 413 "},
      {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
       " 400 "},
      {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", " 400 "},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", " 411 "},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n"
       "\r\n",
       " 400 "},
  };
  for (const auto& [request, status] : cases) {
    EXPECT_THAT(Exchange(request),
                AllOf(StartsWith("HTTP/1.1"), HasSubstr(status)))
        << request;
  }
}

TEST_F(HttpServerTest, AnswersBytesThatAreNoRequest) {
  StartServer();
  EXPECT_THAT(Exchange("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange(std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8)),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(
      Exchange("GET / HTTP/1.1\r\nX: " + std::string(100000, 'x') + "\r\n\r\n"),
      StartsWith("HTTP/1.1 431 "));
  // Half a request, and gone.
  { LocalConnection(port()).Send("GET / HT"); }
  EXPECT_THAT(Post("still here"), EndsWith(" still here"));
}

TEST_F(HttpServerTest, ADefectOfTheHandlerIsAnAnswer) {
  StartServer();
  for (const char* target : {"/throw", "/throw-late"}) {
    EXPECT_THAT(
        Exchange(std::string("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n"),
        AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("a defect"))));
  }
}

TEST_F(HttpServerTest, RefusesABodyThatDoesNotFitBesideTheOthers) {
  options_.max_bodies_bytes = 1500;
  StartServer();
  const LocalConnection first(port());
  first.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  handler_.AwaitHeads(1);
  EXPECT_THAT(Post(std::string(501, 'x')),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1")));
  EXPECT_THAT(Post(std::string(500, 'x')), StartsWith("HTTP/1.1 200 "));
  first.Send(std::string(1000, 'x'));
  EXPECT_THAT(first.Receive(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, TheRoomOfABodyIsFreeAgainWhenItsCallerHasGone) {
  options_.max_bodies_bytes = 1000;
  StartServer();
  {
    const LocalConnection gone(port());
    gone.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx");
    handler_.AwaitHeads(1);
  }
  // Ends only because the room comes back.
  while (Post(std::string(1000, 'x')).find(" 200 ") == std::string::npos) {
    std::this_thread::yield();
  }
}

TEST_F(HttpServerTest, HasNoMoreConnectionsThanAllowed) {
  options_.max_connections = 2;
  StartServer();
  constexpr int kCallers = 6;
  std::vector<std::future<std::string>> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.push_back(std::async(std::launch::async,
                                 [this] { return HttpGet(port(), "/held"); }));
  }
  handler_.AwaitHeld(2);
  for (int i = 0; i < kCallers; ++i) handler_.TakeHeld()(HttpResponse());
  for (std::future<std::string>& caller : callers) {
    EXPECT_THAT(caller.get(), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(handler_.most_held(), 2);
}

TEST_F(HttpServerTest, AnswersBesideFiftyHalfOpenConnections) {
  StartServer();
  std::vector<std::unique_ptr<LocalConnection>> half_open;
  for (int i = 0; i < 50; ++i) {
    half_open.push_back(std::make_unique<LocalConnection>(port()));
    half_open.back()->Send("POST / HTTP/1.1\r\nContent-Le");
  }
  EXPECT_THAT(Post("x"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, CutsOffWhoIsSilent) {
  options_.head_timeout = absl::Milliseconds(20);
  options_.body_timeout = absl::Milliseconds(20);
  StartServer();
  for (const char* beginning :
       {"", "GET / HT",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"}) {
    const LocalConnection silent(port());
    silent.Send(beginning);
    // Returns only because the server closes.
    EXPECT_EQ(silent.Receive(), "");
  }
}

// A limit for each byte would let this caller stay as long as it likes.
TEST_F(HttpServerTest, CutsOffWhoDribbles) {
  options_.head_timeout = absl::Milliseconds(20);
  options_.body_timeout = absl::Milliseconds(20);
  options_.max_body_bytes = size_t{1} << 30;
  options_.max_bodies_bytes = size_t{1} << 30;
  StartServer();
  for (const char* beginning :
       {"GET / HTTP/1.1\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n"}) {
    const LocalConnection caller(port());
    caller.Send(beginning);
    std::atomic<bool> is_cut = false;
    std::thread dribbler([&] {
      // Empty lines before a head would be no head at all.
      while (!is_cut) {
        caller.Send("a");
        std::this_thread::yield();
      }
    });
    const std::string answer = caller.Receive();
    is_cut = true;
    dribbler.join();
    // A head may also grow over its limit in that time.
    EXPECT_THAT(answer, Not(HasSubstr(" 200 ")));
  }
}

TEST_F(HttpServerTest, StopsAtOnceBesideOpenConnections) {
  StartServer();
  std::vector<std::unique_ptr<LocalConnection>> open;
  for (const char* beginning :
       {"", "GET / HT",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"}) {
    open.push_back(std::make_unique<LocalConnection>(port()));
    open.back()->Send(beginning);
  }
  // The last one waits for its body.
  handler_.AwaitHeads(1);
  server_.reset();
  for (const auto& connection : open) EXPECT_EQ(connection->Receive(), "");
}

TEST_F(HttpServerTest, AnswersUnderWayAreGivenWhenItStops) {
  StartServer();
  auto caller = std::async(std::launch::async,
                           [port = port()] { return HttpGet(port, "/held"); });
  const HttpHandler::Respond respond = handler_.TakeHeld();
  std::future<void> stopped = StopInBackground();
  HttpResponse response;
  response.body = std::string(100000, 'x');
  respond(response);
  EXPECT_THAT(caller.get(), EndsWith("\r\n\r\n" + response.body));
  stopped.get();
}

TEST_F(HttpServerTest, AnAnswerThatDoesNotComeDoesNotHoldTheStop) {
  options_.farewell = absl::Milliseconds(20);
  StartServer();
  auto caller = std::async(std::launch::async,
                           [port = port()] { return HttpGet(port, "/held"); });
  const HttpHandler::Respond respond = handler_.TakeHeld();
  server_.reset();
  EXPECT_EQ(caller.get(), "");
  // Nobody is there any more; nothing happens.
  respond(HttpResponse());
}

TEST_F(HttpServerTest, AnAddressThatCannotBeHadIsAnErrorThatNamesIt) {
  StartServer();
  options_.listen_address = "127.0.0.1:" + std::to_string(port());
  EXPECT_THAT(HttpServer::Create(options_, handler_),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr(options_.listen_address)));
  options_.listen_address = "no.such.host.invalid:0";
  EXPECT_THAT(HttpServer::Create(options_, handler_),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr(options_.listen_address)));
  options_.listen_address = "8080";
  EXPECT_THAT(
      HttpServer::Create(options_, handler_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("HOST:PORT")));
}

}  // namespace
}  // namespace clip::server
