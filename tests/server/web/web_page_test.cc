#include "server/web/web_page.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/batching/mutex.h"
#include "server/batching/real_clock.h"
#include "server/service/clip_service.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using clip::testing::AnswerWith;
using clip::testing::FailWith;
using clip::testing::FakePipeline;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class NoObserver final : public CallObserver {
 public:
  void OnCallFinished(const CallRecord&) override {}
};

// Calls that get no answer until the test ends, also those that begin later.
class UnansweredCalls {
 public:
  void Hold(EmbeddingPipeline::Done done) {
    batching::MutexLock lock(mutex_);
    if (!ended_) held_.push_back(std::move(done));
  }
  void End() {
    std::vector<EmbeddingPipeline::Done> held;
    batching::MutexLock lock(mutex_);
    ended_ = true;
    held.swap(held_);
  }

 private:
  batching::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<EmbeddingPipeline::Done> held_ ABSL_GUARDED_BY(mutex_);
};

ServedModel ModelOf(const std::string& name, EmbeddingPipeline* pipeline) {
  ServedModel model;
  model.name = name;
  model.info.architecture = "CLIP(A, B)";
  model.info.embed_dim = 2;
  model.info.context_length = 4;
  model.info.vocab_size = 10;
  model.info.logit_scale = 10.0F;
  model.info.dtype = "float32";
  model.info.device = "cpu";
  model.info.checkpoint_sha256 = "ab12";
  model.pipeline = pipeline;
  return model;
}

// The page over the real service, without a port.
class WebPageTest : public ::testing::Test {
 protected:
  WebPageTest() {
    ServedModel with_bias = ModelOf("biased", &pipeline_);
    with_bias.info.logit_bias = -5.0F;
    service_.emplace(
        *ServedModels::Create({ModelOf("test", &pipeline_), with_bias}),
        ServiceLimits(),
        CallEnvironment{gate_, observer_, request_ids_, clock_});
    grpc::ServerBuilder builder;
    builder.RegisterService(&*service_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    gate_.Open();
    MakePage({});
  }
  ~WebPageTest() override {
    page_.reset();
    channel_.reset();
    unanswered_.End();
    server_->Shutdown();
  }

  void MakePage(WebPageOptions options) {
    page_.emplace(std::move(options), channel_);
  }

  static HttpRequest Head(const std::string& method,
                          const std::string& target) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.host = "localhost:80";
    request.content_type = "application/json";
    return request;
  }

  // What the page answers to a request.
  std::future<HttpResponse> Send(HttpRequest request) {
    auto answer = std::make_shared<std::promise<HttpResponse>>();
    if (auto refusal = page_->Refuse(request); refusal.has_value()) {
      answer->set_value(*std::move(refusal));
    } else {
      page_->Handle(std::move(request), [answer](HttpResponse response) {
        answer->set_value(std::move(response));
      });
    }
    return answer->get_future();
  }

  std::future<HttpResponse> Score(const std::string& body) {
    HttpRequest request = Head("POST", "/api/similarity");
    request.body = body;
    return Send(std::move(request));
  }

  FakePipeline pipeline_{AnswerWith({3.0F, 4.0F})};
  batching::RealClock clock_;
  NoObserver observer_;
  RequestIdGenerator request_ids_;
  CallGate gate_{clock_};
  std::optional<ClipService> service_;
  UnansweredCalls unanswered_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::optional<WebPage> page_;
};

constexpr char kGoodBody[] = R"({"image": "QUJD", "texts": ["a", "b"]})";

TEST_F(WebPageTest, ServesItsFiles) {
  const std::pair<const char*, const char*> files[] = {
      {"/", "text/html; charset=utf-8"},
      {"/?x=1", "text/html; charset=utf-8"},
      {"/page.js", "text/javascript; charset=utf-8"},
      {"/page.css", "text/css; charset=utf-8"},
      {"/icon.svg", "image/svg+xml"}};
  for (const auto& [target, type] : files) {
    const HttpResponse response = Send(Head("GET", target)).get();
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_EQ(response.content_type, type) << target;
    EXPECT_FALSE(response.body.empty()) << target;
  }
  EXPECT_THAT(Send(Head("GET", "/")).get().body, HasSubstr("<!doctype html>"));
}

TEST_F(WebPageTest, KnowsNothingElse) {
  for (const char* target :
       {"", "/index.html", "/page", "/page.js/", "//page.js", "/../page.js",
        "/%70age.js", "/api", "/api/", "/api/models/", "http://a/", "*"}) {
    EXPECT_EQ(Send(Head("GET", target)).get().status, 404) << target;
  }
}

TEST_F(WebPageTest, TakesOnlyTheMethodsOfAPath) {
  const HttpResponse post = Send(Head("POST", "/")).get();
  EXPECT_EQ(post.status, 405);
  EXPECT_THAT(post.fields, ElementsAre(Pair("Allow", "GET, HEAD")));
  const HttpResponse get = Send(Head("GET", "/api/similarity")).get();
  EXPECT_EQ(get.status, 405);
  EXPECT_THAT(get.fields, ElementsAre(Pair("Allow", "POST")));
  EXPECT_EQ(Send(Head("OPTIONS", "/api/similarity")).get().status, 405);
  EXPECT_EQ(Send(Head("HEAD", "/")).get().status, 200);
}

TEST_F(WebPageTest, TakesTheNamesOfItsOptions) {
  HttpRequest head = Head("GET", "/");
  head.host = "try.example";
  EXPECT_EQ(Send(head).get().status, 421);
  WebPageOptions options;
  options.host_names = {"try.example"};
  MakePage(options);
  EXPECT_EQ(Send(head).get().status, 200);
}

TEST_F(WebPageTest, ListsTheModelsAndTheLimits) {
  WebPageOptions options;
  options.limits = {7, 8, 9};
  MakePage(options);
  const HttpResponse response = Send(Head("GET", "/api/models")).get();
  ASSERT_EQ(response.status, 200);
  const json reply = json::parse(response.body);
  ASSERT_EQ(reply["models"].size(), 2);
  const json& model = reply["models"][0];
  EXPECT_EQ(model["name"], "test");
  EXPECT_EQ(model["architecture"], "CLIP(A, B)");
  EXPECT_EQ(model["embed_dim"], 2);
  EXPECT_EQ(model["context_length"], 4);
  EXPECT_EQ(model["dtype"], "float32");
  EXPECT_EQ(model["device"], "cpu");
  EXPECT_EQ(model["checkpoint_sha256"], "ab12");
  EXPECT_EQ(model["logit_scale"], 10.0);
  EXPECT_TRUE(model["logit_bias"].is_null());
  EXPECT_EQ(reply["models"][1]["logit_bias"], -5.0);
  EXPECT_EQ(
      reply["limits"],
      (json{{"max_image_bytes", 7}, {"max_text_bytes", 8}, {"max_texts", 9}}));
}

TEST_F(WebPageTest, ScoresThePictureAgainstEachSentence) {
  const HttpResponse response = Score(kGoodBody).get();
  ASSERT_EQ(response.status, 200) << response.body;
  const json reply = json::parse(response.body);
  EXPECT_EQ(reply["model"]["name"], "test");
  EXPECT_TRUE(reply["logit_bias"].is_null());
  ASSERT_EQ(reply["scores"].size(), 2);
  for (const json& score : reply["scores"]) {
    // Equal embeddings: a cosine of 1 under a scale of 10, and even odds.
    EXPECT_NEAR(score["logit"], 10.0, 1e-4);
    EXPECT_NEAR(score["probability"], 0.5, 1e-6);
    EXPECT_EQ(score["token_count"], 3);
    EXPECT_EQ(score["truncated"], false);
  }
  EXPECT_GT(reply["timing"]["total_seconds"], 0.0);
}

TEST_F(WebPageTest, ScoresWithTheModelThatIsNamed) {
  const json reply = json::parse(
      Score(R"({"model": "biased", "image": "QUJD", "texts": ["a"]})")
          .get()
          .body);
  EXPECT_EQ(reply["model"]["name"], "biased");
  EXPECT_EQ(reply["logit_bias"], -5.0);
  EXPECT_NEAR(reply["scores"][0]["logit"], 5.0, 1e-4);
}

TEST_F(WebPageTest, ErrorsOfTheServiceComeThrough) {
  EXPECT_EQ(
      Score(R"({"model": "x", "image": "QUJD", "texts": ["a"]})").get().status,
      404);
  const HttpResponse empty = Score(R"({"image": "", "texts": ["a"]})").get();
  EXPECT_EQ(empty.status, 400);
  EXPECT_EQ(json::parse(empty.body)["error"]["field"], "images[0].encoded");
  pipeline_.set_handler(
      FailWith(absl::ResourceExhaustedError("full"), -1, absl::Seconds(3)));
  const HttpResponse full = Score(kGoodBody).get();
  EXPECT_EQ(full.status, 429);
  EXPECT_THAT(full.fields, ElementsAre(Pair("Retry-After", "3")));
  gate_.Close();
  EXPECT_EQ(Score(kGoodBody).get().status, 503);
}

TEST_F(WebPageTest, ABodyThatIsNoRequestIsRefusedWithoutACall) {
  pipeline_.set_handler(FailWith(absl::InternalError("called")));
  const HttpResponse response = Score("nonsense").get();
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("not JSON"));
}

TEST_F(WebPageTest, ACallThatTakesTooLongIsGivenUp) {
  WebPageOptions options;
  options.call_timeout = absl::Milliseconds(20);
  MakePage(options);
  pipeline_.set_handler([this](const auto&, const auto&, auto done) {
    unanswered_.Hold(std::move(done));
  });
  EXPECT_EQ(Score(kGoodBody).get().status, 504);
}

TEST_F(WebPageTest, EndsItsCallsBeforeItGoes) {
  std::promise<void> begun;
  pipeline_.set_handler([&](const auto&, const auto&, auto done) {
    unanswered_.Hold(std::move(done));
    begun.set_value();
  });
  std::future<HttpResponse> answer = Score(kGoodBody);
  begun.get_future().wait();
  page_.reset();
  // It is there already: nothing of the page is left that could give it.
  ASSERT_EQ(answer.wait_for(std::chrono::seconds(0)),
            std::future_status::ready);
  EXPECT_EQ(answer.get().status, 503);
}

// A thread of gRPC that lets go of a channel last joins itself.
TEST_F(WebPageTest, LetsGoOfTheChannelBeforeItHasGone) {
  for (int i = 0; i < 200; ++i) {
    MakePage({});
    std::future<HttpResponse> answer = Score(kGoodBody);
    page_.reset();
    ASSERT_EQ(channel_.use_count(), 1);
  }
}

}  // namespace
}  // namespace clip::server
