#ifndef SERVER_WEB_WEB_PAGE_H_
#define SERVER_WEB_WEB_PAGE_H_

#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clip/v1/clip.grpc.pb.h"
#include "server/web/http_handler.h"
#include "server/web/site_guard.h"
#include "server/web/web_calls.h"
#include "server/web/web_json.h"

namespace clip::server {

struct WebPageOptions {
  // Host names that browsers may know the page by, beside addresses and
  // "localhost"; see SiteGuard.
  std::vector<std::string> host_names;
  WebLimits limits;
  // Deadline of a call.
  absl::Duration call_timeout = absl::Seconds(30);
};

// The page to try a model on, and the little API behind it:
//
//   GET  /                 the page; its other files beside it
//   GET  /api/models       what is served, see ModelsJson
//   POST /api/similarity   see ParseScoreRequest and ScoresJson
//
// Its calls are calls of clip.v1.ClipService over the channel, so that all
// that holds for them holds here: validation, limits, admission, deadlines,
// metrics and the log. An error is as HttpError has it.
//
// Thread-safe. Nothing blocks, but for the destructor: it cancels the calls
// under way and waits until they are gone.
class WebPage final : public HttpHandler {
 public:
  WebPage(WebPageOptions options,
          const std::shared_ptr<grpc::Channel>& channel);

  std::optional<HttpResponse> Refuse(const HttpRequest& head) override;
  void Handle(HttpRequest request, Respond respond) override;

 private:
  void ListModels(Respond respond);
  void Similarity(const HttpRequest& request, Respond respond);

  const WebPageOptions options_;
  const SiteGuard guard_;
  const std::unique_ptr<v1::ClipService::Stub> stub_;
  // Last: it waits for what uses the others.
  WebCalls calls_;
};

}  // namespace clip::server

#endif  // SERVER_WEB_WEB_PAGE_H_
