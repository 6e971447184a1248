// The page to try the models on, over a real port of a whole server.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/integration/server_fixture.h"
#include "tests/server/observability/http_get.h"
#include "tests/testing/status_matchers.h"

namespace clip::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kSimilarities[] =
    "clip_requests_total{code=\"OK\",method=\"Similarity\"}";

class WebTest : public ServerFixture {
 protected:
  WebTest() { config().web_listen = "127.0.0.1:0"; }

  std::string Get(const std::string& target) {
    return Exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  std::string Score(const std::string& picture, const json& texts,
                    const std::string& model = "") {
    const json body = {{"model", model},
                       {"image", absl::Base64Escape(picture)},
                       {"texts", texts}};
    return Exchange(PostOf(body.dump()));
  }

  static std::string PostOf(const std::string& body) {
    return fmt::format(
        "POST /api/similarity HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.size(), body);
  }

  std::string Exchange(const std::string& request) {
    const LocalConnection connection(server().web_port());
    connection.Send(request);
    return connection.Receive();
  }

  static json BodyOf(const std::string& response) {
    return json::parse(response.substr(response.find("\r\n\r\n") + 4));
  }
};

TEST_F(WebTest, ServesThePageAndTheModels) {
  StartServer();
  EXPECT_THAT(Get("/"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                              HasSubstr("<title>Try CLIP")));
  const json models = BodyOf(Get("/api/models"))["models"];
  ASSERT_EQ(models.size(), 1);
  EXPECT_EQ(models[0]["name"], "fake");
}

TEST_F(WebTest, ScoresAreCallsLikeAnyOther) {
  StartServer();
  const std::string response = Score(GreyBmp(2, 2), {"a", "b"});
  ASSERT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(BodyOf(response)["scores"].size(), 2);
  EXPECT_EQ(Metric(kSimilarities), 1);
}

TEST_F(WebTest, LimitsOfTheServiceHold) {
  config().limits.max_image_bytes = 1000;
  config().limits.max_text_bytes = 10;
  config().limits.max_items_per_call = 3;
  StartServer();
  const json limits = BodyOf(Get("/api/models"))["limits"];
  EXPECT_EQ(limits, (json{{"max_image_bytes", 1000},
                          {"max_text_bytes", 10},
                          {"max_texts", 2}}));
  EXPECT_EQ(BodyOf(Score(std::string(1001, 'x'), {"a"}))["error"]["field"],
            "images[0].encoded");
  EXPECT_EQ(BodyOf(Score("text", {"a"}))["error"]["field"],
            "images[0].encoded");
  EXPECT_EQ(
      BodyOf(Score(GreyBmp(2, 2), {"a", "eleven char"}))["error"]["field"],
      "texts[1]");
  EXPECT_THAT(Score(GreyBmp(2, 2), {"a", "b", "c"}),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("at most 2")));
  EXPECT_THAT(Score(GreyBmp(2, 2), {"a"}, "other"),
              StartsWith("HTTP/1.1 404 "));
  EXPECT_EQ(
      Metric("clip_requests_total{code=\"NOT_FOUND\",method=\"Similarity\"}"),
      1);
}

// The transport's limit of a message binds inside the process, too.
TEST_F(WebTest, AMessageOverTheLimitIsRefused) {
  config().max_message_bytes = 3000;
  StartServer();
  EXPECT_THAT(
      Score(std::string(4000, 'x'), {"a"}),
      AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("RESOURCE_EXHAUSTED")));
  // And that of a body before it is sent.
  EXPECT_THAT(Exchange("POST /api/similarity HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: 100000\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(WebTest, SaysThatTheServerIsNotReadyYet) {
  ASSERT_THAT(CreateServer(), IsOk());
  EXPECT_THAT(Score(GreyBmp(2, 2), {"a"}),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("warming up")));
  ASSERT_THAT(server().WarmUp(), IsOk());
}

TEST_F(WebTest, AFullServerSaysWhenToComeBack) {
  config().pipeline.admission.max_queue_items = 2;
  StartServer();
  encoder().CloseGate();
  PendingCall first(stub(), ImageRequest(1));
  encoder().AwaitAtGate(1);
  EXPECT_THAT(Score(GreyBmp(2, 2), {"a"}),
              AllOf(StartsWith("HTTP/1.1 429 "), HasSubstr("\r\nRetry-After: "),
                    HasSubstr("the server is full")));
  encoder().OpenGate();
}

TEST_F(WebTest, ADrainGivesTheAnswersUnderWayAndTurnsNewOnesAway) {
  StartServer();
  const int port = server().web_port();
  encoder().CloseGate();
  auto score = std::async(std::launch::async,
                          [this] { return Score(GreyBmp(2, 2), {"a"}); });
  encoder().AwaitAtGate(1);
  std::future<void> drained = DrainInBackground();
  std::string turned_away;
  while (turned_away.find("shutting down") == std::string::npos) {
    turned_away = Score("", {"a"});
  }
  EXPECT_THAT(turned_away, StartsWith("HTTP/1.1 503 "));
  encoder().OpenGate();
  EXPECT_THAT(score.get(), StartsWith("HTTP/1.1 200 OK\r\n"));
  drained.get();
  EXPECT_FALSE(LocalConnection(port).connected());
}

TEST_F(WebTest, HalfOpenConnectionsDoNotHoldADrain) {
  StartServer();
  std::vector<std::unique_ptr<LocalConnection>> half_open;
  for (int i = 0; i < 60; ++i) {
    half_open.push_back(std::make_unique<LocalConnection>(server().web_port()));
    half_open.back()->Send(
        i % 2 == 0 ? "GET / HT" : PostOf(std::string(9, 'x')).substr(0, 110));
  }
  // Whoever comes after them is still answered.
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 200 OK\r\n"));
  DrainInBackground().get();
}

TEST_F(WebTest, AnAddressThatCannotBeHadIsAnErrorThatNamesIt) {
  config().web_listen = "no.such.host.invalid:0";
  EXPECT_THAT(CreateServer(), StatusIs(absl::StatusCode::kUnavailable,
                                       HasSubstr("no.such.host.invalid:0")));
}

}  // namespace
}  // namespace clip::testing
