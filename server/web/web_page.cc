#include "server/web/web_page.h"

#include <fmt/format.h>

#include <functional>
#include <string_view>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "server/web/grpc_error.h"
#include "server/web/score_request.h"
#include "server/web/web_asset.h"

namespace clip::server {
namespace {

constexpr std::string_view kModelsPath = "/api/models";
constexpr std::string_view kSimilarityPath = "/api/similarity";

std::string_view PathOf(const HttpRequest& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

const WebAsset* FindAsset(std::string_view path) {
  for (const WebAsset& asset : WebAssets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

bool IsMethodOf(std::string_view path, std::string_view method) {
  if (path == kSimilarityPath) return method == "POST";
  return method == "GET" || method == "HEAD";
}

HttpResponse WrongMethod(std::string_view path) {
  const std::string allowed = path == kSimilarityPath ? "POST" : "GET, HEAD";
  HttpResponse response =
      HttpError(405, "INVALID_ARGUMENT", "allowed here: " + allowed);
  response.fields.emplace_back("Allow", allowed);
  return response;
}

HttpResponse JsonResponse(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

// One call on its way, among `calls` until it has been answered; its callback
// owns it.
template <typename Request, typename Response>
struct WebCall {
  WebCall(WebCalls& calls, absl::Duration timeout, HttpHandler::Respond respond)
      : calls(calls), respond(std::move(respond)) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    calls.Add(context);
  }

  void Answer(const grpc::Status& status,
              const std::function<std::string(const Response&)>& to_json) {
    const absl::Cleanup ended = [this] { calls.Finish(std::move(context)); };
    respond(status.ok() ? JsonResponse(to_json(response))
                        : FromGrpcError(status));
  }

  WebCalls& calls;
  const HttpHandler::Respond respond;
  Request request;
  Response response;
  std::shared_ptr<grpc::ClientContext> context =
      std::make_shared<grpc::ClientContext>();
};

}  // namespace

WebPage::WebPage(WebPageOptions options,
                 const std::shared_ptr<grpc::Channel>& channel)
    : options_(std::move(options)),
      guard_(options_.host_names),
      stub_(v1::ClipService::NewStub(channel)) {}

std::optional<HttpResponse> WebPage::Refuse(const HttpRequest& head) {
  std::optional<HttpResponse> refusal = guard_.Refuse(head);
  if (refusal.has_value()) return refusal;
  const std::string_view path = PathOf(head);
  if (path != kModelsPath && path != kSimilarityPath &&
      FindAsset(path) == nullptr) {
    return HttpError(404, "NOT_FOUND", "there is no such page here");
  }
  if (!IsMethodOf(path, head.method)) return WrongMethod(path);
  return std::nullopt;
}

void WebPage::Handle(HttpRequest request, Respond respond) {
  const std::string_view path = PathOf(request);
  if (path == kModelsPath) return ListModels(std::move(respond));
  if (path == kSimilarityPath) return Similarity(request, std::move(respond));
  const WebAsset& asset = *FindAsset(path);
  HttpResponse response;
  response.content_type = std::string(asset.content_type);
  response.body = std::string(asset.content);
  respond(std::move(response));
}

void WebPage::ListModels(Respond respond) {
  using Call = WebCall<v1::ListModelsRequest, v1::ListModelsResponse>;
  const auto call =
      std::make_shared<Call>(calls_, options_.call_timeout, std::move(respond));
  stub_->async()->ListModels(
      call->context.get(), &call->request, &call->response,
      [this, call](const grpc::Status& status) {
        call->Answer(status, [this](const v1::ListModelsResponse& models) {
          return ModelsJson(models, options_.limits);
        });
      });
}

void WebPage::Similarity(const HttpRequest& request, Respond respond) {
  ScoreRequestLimits limits;
  limits.max_texts = options_.limits.max_texts;
  absl::StatusOr<v1::SimilarityRequest> parsed =
      ParseScoreRequest(request.body, limits);
  if (!parsed.ok()) {
    return respond(HttpError(400, "INVALID_ARGUMENT",
                             std::string(parsed.status().message())));
  }
  using Call = WebCall<v1::SimilarityRequest, v1::SimilarityResponse>;
  const auto call =
      std::make_shared<Call>(calls_, options_.call_timeout, std::move(respond));
  call->request = *std::move(parsed);
  stub_->async()->Similarity(
      call->context.get(), &call->request, &call->response,
      [call](const grpc::Status& status) { call->Answer(status, ScoresJson); });
}

}  // namespace clip::server
