// The two reports of scores: table and JSON.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/score_json.h"
#include "client/cli/score_table.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {
namespace {

using ::clip::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

const ModelVersion kModel{"toy", "abc"};
const ImageScores kCat{"cat.jpg", {1, 3}, {0.119F, 0.881F}};

std::string TableOf(const std::vector<std::string>& texts,
                    ScoreTable::Options options, const ImageScores& scores) {
  std::ostringstream out;
  options.name_width = 7;
  ScoreTable table(&out, texts, options);
  EXPECT_THAT(table.Add(scores, kModel), IsOk());
  EXPECT_THAT(table.Finish(), IsOk());
  return out.str();
}

TEST(ScoreTableTest, StarsTheBestTextOfEachImage) {
  EXPECT_EQ(TableOf({"a dog", "a cat"}, {}, kCat),
            "[1] a dog\n"
            "[2] a cat\n"
            "\n"
            "               [1]        [2]  best\n"
            "cat.jpg     11.9 %    *88.1 %  a cat\n");
}

TEST(ScoreTableTest, ShowsLogitsWhereAsked) {
  ScoreTable::Options options;
  options.logits = true;
  EXPECT_THAT(TableOf({"a dog", "a cat"}, options, kCat),
              HasSubstr("cat.jpg      1.000     *3.000  a cat\n"));
}

TEST(ScoreTableTest, BoldTypeOnlyOnATerminal) {
  EXPECT_THAT(TableOf({"a", "b"}, {}, kCat), Not(HasSubstr("\x1b[1m")));
  ScoreTable::Options options;
  options.bold = true;
  EXPECT_THAT(TableOf({"a", "b"}, options, kCat),
              HasSubstr("\x1b[1m  *88.1 %\x1b[0m"));
}

TEST(ScoreTableTest, ManyTextsBecomeAListOfTheBest) {
  std::vector<std::string> texts;
  ImageScores scores{"cat.jpg", {}, {}};
  for (int i = 0; i < 20; ++i) {
    texts.push_back("text " + std::to_string(i));
    scores.logits.push_back(static_cast<float>((i * 7) % 20));
    scores.probabilities.push_back(static_cast<float>((i * 7) % 20) / 100);
  }
  ScoreTable::Options options;
  options.top = 2;
  EXPECT_EQ(TableOf(texts, options, scores),
            "cat.jpg\n"
            "  *19.0 %  text 17\n"
            "   18.0 %  text 14\n");
}

TEST(ScoreTableTest, TheFirstOfEqualScoresWins) {
  EXPECT_THAT(TableOf({"a", "b"}, {}, {"cat", {2, 2}, {0.5F, 0.5F}}),
              HasSubstr("  *50.0 %     50.0 %  a\n"));
}

TEST(ScoreJsonTest, WritesScoresErrorsAndModel) {
  std::ostringstream out;
  ScoreJson json(&out, {"a dog", "a cat"}, /*with_logits=*/true);
  EXPECT_THAT(json.Add({"cat", {1, 3}, {0.25F, 0.75F}}, kModel), IsOk());
  EXPECT_THAT(json.Add({"dog", {3, 1}, {0.75F, 0.25F}}, kModel), IsOk());
  EXPECT_THAT(json.Fail("bad", absl::NotFoundError("gone")), IsOk());
  EXPECT_THAT(json.Finish(), IsOk());
  EXPECT_EQ(nlohmann::json::parse(out.str()), nlohmann::json::parse(R"({
    "texts": ["a dog", "a cat"],
    "images": [
      {"file": "cat", "best": 1, "probabilities": [0.25, 0.75],
       "logits": [1, 3]},
      {"file": "dog", "best": 0, "probabilities": [0.75, 0.25],
       "logits": [3, 1]}],
    "errors": [{"file": "bad", "code": "NOT_FOUND", "message": "gone"}],
    "model": {"name": "toy", "checkpoint_sha256": "abc"}})"));
}

TEST(ScoreJsonTest, LeavesLogitsOutUnlessAsked) {
  std::ostringstream out;
  ScoreJson json(&out, {"a"}, /*with_logits=*/false);
  EXPECT_THAT(json.Add({"cat", {1}, {1}}, kModel), IsOk());
  EXPECT_THAT(json.Finish(), IsOk());
  EXPECT_FALSE(
      nlohmann::json::parse(out.str())["images"][0].contains("logits"));
}

TEST(ScoreJsonTest, IsADocumentWithoutAnyAnswer) {
  std::ostringstream out;
  ScoreJson json(&out, {"a"}, false);
  EXPECT_THAT(json.Finish(), IsOk());
  const auto document = nlohmann::json::parse(out.str());
  EXPECT_TRUE(document["images"].empty());
  EXPECT_TRUE(document["model"].is_null());
}

}  // namespace
}  // namespace clip::client
