#include "server/web/score_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<v1::SimilarityRequest> Parse(const std::string& body) {
  return ParseScoreRequest(body, ScoreRequestLimits());
}

TEST(ScoreRequestTest, ReadsModelPictureAndSentencesInAnyOrder) {
  const auto request = Parse(
      R"({"texts": ["a cat", "ein H\u00fcndchen"], "model": "m", "image": "/wA="})");
  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->model(), "m");
  ASSERT_EQ(request->images_size(), 1);
  EXPECT_EQ(request->images(0).encoded(), std::string("\xFF\x00", 2));
  EXPECT_THAT(request->texts(), ElementsAre("a cat", "ein H\xC3\xBCndchen"));
}

TEST(ScoreRequestTest, NeedsNoModel) {
  const auto request = Parse(R"({"image": "QQ==", "texts": ["a"]})");
  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->model(), "");
}

// The service knows best what a picture is: it refuses the empty one.
TEST(ScoreRequestTest, LeavesAnEmptyFileToTheService) {
  const auto request = Parse(R"({"image": "", "texts": [""]})");
  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->images(0).encoded(), "");
  EXPECT_THAT(request->texts(), ElementsAre(""));
}

TEST(ScoreRequestTest, SaysWhatIsMissing) {
  EXPECT_THAT(Parse(R"({"texts": ["a"]})"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "image: a picture is needed"));
  for (const char* body :
       {R"({"image": "QQ=="})", R"({"image": "QQ==", "texts": []})"}) {
    EXPECT_THAT(Parse(body), StatusIs(absl::StatusCode::kInvalidArgument,
                                      "texts: at least one sentence is needed"))
        << body;
  }
}

TEST(ScoreRequestTest, RefusesWhatIsNotTheOneObject) {
  for (const char* body :
       {"", " ", "nonsense", "null", "1", "\"a\"", "[]", "[{}]", "{", "{}}",
        R"({"image": "QQ==", "texts": ["a"]} {})",
        R"({"image": "QQ==", "texts": ["a"]},)",
        R"({"image": "QQ==", "texts": ["a")", "{\"texts\": [\"\xFF\"]}",
        R"({"texts": ["\ud800"]})"}) {
    EXPECT_THAT(Parse(body), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("the request is not")))
        << body;
  }
}

TEST(ScoreRequestTest, NamesTheKeyOfAWrongValue) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"texts": "a"})", "texts: must be a list of strings"},
      {R"({"texts": [1]})", "texts: must be a list of strings"},
      {R"({"texts": [["a"]]})", "texts: must be a list of strings"},
      {R"({"texts": [{"a": "b"}]})", "texts: must be a list of strings"},
      {R"({"texts": [null]})", "texts: must be a list of strings"},
      {R"({"image": ["QQ=="]})", "image: must be a string"},
      {R"({"image": {"image": "QQ=="}})", "image: must be a string"},
      {R"({"image": 1.5})", "image: must be a string"},
      {R"({"image": "Q"})", "image: not base64"},
      {R"({"image": "<svg>"})", "image: not base64"},
      {R"({"model": true})", "model: must be a string"},
      {R"({"model": -1})", "model: must be a string"},
      {R"({"image": "", "image": ""})", "image: given twice"},
      {R"({"texts": ["a"], "url": "b"})",
       "the keys are model, image and texts"},
  };
  for (const auto& [body, message] : cases) {
    EXPECT_THAT(Parse(body),
                StatusIs(absl::StatusCode::kInvalidArgument, message))
        << body;
  }
}

TEST(ScoreRequestTest, StopsAtTheFirstSentenceTooMany) {
  ScoreRequestLimits limits;
  limits.max_texts = 2;
  EXPECT_THAT(
      ParseScoreRequest(R"({"image": "", "texts": ["a", "b"]})", limits),
      IsOk());
  // What follows is never read: it is not even JSON.
  EXPECT_THAT(
      ParseScoreRequest(R"({"texts": ["a", "b", "c", nonsense)", limits),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "texts: at most 2 sentences are taken"));
}

TEST(ScoreRequestTest, RefusesALongModelName) {
  EXPECT_THAT(Parse(R"({"model": ")" + std::string(2000, 'm') + "\"}"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "model: no name is so long"));
}

// A parser that recursed or kept the nesting would die of it.
TEST(ScoreRequestTest, DeepNestingCostsNothing) {
  for (const char* opening : {"[", "{\"texts\":", "{\"texts\":["}) {
    std::string body;
    for (int i = 0; i < 1000000; ++i) body += opening;
    EXPECT_THAT(Parse(body), StatusIs(absl::StatusCode::kInvalidArgument))
        << opening;
  }
}

}  // namespace
}  // namespace clip::server
