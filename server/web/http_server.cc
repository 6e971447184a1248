#include "server/web/http_server.h"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <new>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "server/observability/host_port.h"
#include "server/web/body_budget.h"
#include "server/web/http_connection.h"
#include "server/web/loop_door.h"

namespace clip::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Until the next try, where the process has no descriptor left for a caller.
constexpr std::chrono::milliseconds kAcceptRetry(100);

}  // namespace

// The event loop and what lives on it. Everything but Stop and the constructor
// runs on the one thread that is in Run.
class HttpServer::Loop {
 public:
  Loop(const HttpServerOptions& options, HttpHandler& handler)
      : options_(options),
        budget_(options.max_bodies_bytes),
        environment_{options_, handler, budget_, std::make_shared<LoopDoor>(),
                     [this](const std::shared_ptr<HttpConnection>& connection) {
                       OnEnd(connection);
                     }} {
    environment_.door->Open(context_);
  }

  ~Loop() { environment_.door->Close(); }

  // The port. REQUIRES: Run is not yet called.
  absl::StatusOr<int> Listen();
  void Run();
  // Ends Run soon, see HttpServer. Thread-safe.
  void Stop() {
    asio::post(context_, [this] { BeginStop(); });
  }

 private:
  void Accept();
  void AcceptAgain();
  void OnAccept(boost::system::error_code error, tcp::socket socket);
  void OnEnd(const std::shared_ptr<HttpConnection>& connection);
  void BeginStop();

  // Up to the context, these outlive the connections, of which the context
  // holds some until it goes.
  const HttpServerOptions options_;
  BodyBudget budget_;
  const HttpConnection::Environment environment_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer timer_{context_};
  // Run goes on while nothing happens.
  asio::executor_work_guard<asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::unordered_set<std::shared_ptr<HttpConnection>> connections_;
  bool is_accepting_ = false;
  bool is_stopping_ = false;
};

absl::StatusOr<int> HttpServer::Loop::Listen() {
  CLIP_ASSIGN_OR_RETURN(const HostPort address,
                        ParseHostPort(options_.listen_address));
  try {
    const auto found = tcp::resolver(context_).resolve(
        address.host, std::to_string(address.port),
        tcp::resolver::passive | tcp::resolver::numeric_service);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    Accept();
    return acceptor_.local_endpoint().port();
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        fmt::format("the page's address {} cannot be had: {}",
                    options_.listen_address, error.what()));
  }
}

void HttpServer::Loop::Run() {
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception&) {
      // Out of memory for one connection; the others go on.
      AcceptAgain();
    }
  }
}

void HttpServer::Loop::AcceptAgain() {
  try {
    Accept();
  } catch (const std::bad_alloc&) {
    // The end of the next connection does.
  }
}

void HttpServer::Loop::Accept() {
  const bool is_full =
      connections_.size() >= static_cast<size_t>(options_.max_connections);
  if (is_accepting_ || is_stopping_ || is_full) return;
  acceptor_.async_accept(
      [this](boost::system::error_code error, tcp::socket socket) {
        is_accepting_ = false;
        OnAccept(error, std::move(socket));
      });
  // Only now: it may throw for lack of memory, and runs nothing by itself.
  is_accepting_ = true;
}

void HttpServer::Loop::OnAccept(boost::system::error_code error,
                                tcp::socket socket) {
  if (is_stopping_) return;
  if (error) {
    timer_.expires_after(kAcceptRetry);
    timer_.async_wait([this](boost::system::error_code) { Accept(); });
    return;
  }
  const auto connection =
      std::make_shared<HttpConnection>(std::move(socket), environment_);
  connections_.insert(connection);
  try {
    connection->Start();
  } catch (const std::bad_alloc&) {
    connections_.erase(connection);
    throw;  // Run goes on from there.
  }
  Accept();
}

void HttpServer::Loop::OnEnd(
    const std::shared_ptr<HttpConnection>& connection) {
  connections_.erase(connection);
  if (is_stopping_ && connections_.empty()) context_.stop();
  Accept();
}

void HttpServer::Loop::BeginStop() {
  is_stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  const std::vector<std::shared_ptr<HttpConnection>> open(connections_.begin(),
                                                          connections_.end());
  for (const auto& connection : open) {
    if (!connection->is_answering()) connection->Cut();
  }
  if (connections_.empty()) return context_.stop();
  timer_.expires_after(absl::ToChronoNanoseconds(options_.farewell));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) context_.stop();
  });
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Create(
    const HttpServerOptions& options, HttpHandler& handler) {
  auto loop = std::make_unique<Loop>(options, handler);
  CLIP_ASSIGN_OR_RETURN(const int port, loop->Listen());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(loop), port));
}

HttpServer::HttpServer(std::unique_ptr<Loop> loop, int port)
    : loop_(std::move(loop)), port_(port), thread_([this] { loop_->Run(); }) {}

HttpServer::~HttpServer() {
  loop_->Stop();
  thread_.join();
}

}  // namespace clip::server
