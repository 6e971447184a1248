// Every line of tests/golden/tokenizer/lines.jsonl must get the reference's
// ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "model/tokenizer/create_tokenizer.h"
#include "model/tokenizer/tokenizer.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;

std::vector<nlohmann::json> ReadGoldenLines() {
  std::ifstream file(CLIP_SOURCE_DIR "/tests/golden/tokenizer/lines.jsonl");
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(nlohmann::json::parse(line));
  }
  return lines;
}

// Tokenizers by clean mode and context length, made once each.
class TokenizerGoldenTest : public ::testing::Test {
 protected:
  const Tokenizer& TokenizerFor(const nlohmann::json& line) {
    TokenizerOptions options;
    options.clean = line.at("clean");
    options.context_length = line.at("context_length");
    auto& tokenizer = tokenizers_[{options.clean, options.context_length}];
    if (tokenizer == nullptr) tokenizer = CreateTokenizer(options).value();
    return *tokenizer;
  }

 private:
  std::map<std::pair<std::string, int>, std::unique_ptr<Tokenizer>> tokenizers_;
};

TEST_F(TokenizerGoldenTest, GivesTheIdsOfTheReferenceForEveryLine) {
  const std::vector<nlohmann::json> lines = ReadGoldenLines();
  ASSERT_GE(lines.size(), 700u);
  for (const nlohmann::json& line : lines) {
    SCOPED_TRACE(line.dump());
    const Tokenizer& tokenizer = TokenizerFor(line);
    const auto row = tokenizer.Tokenize(line.at("text").get<std::string>());
    ASSERT_THAT(row, IsOk());
    std::vector<int32_t> expected = line.at("ids");
    EXPECT_EQ(row->token_count, static_cast<int>(expected.size()));
    EXPECT_EQ(row->truncated, line.at("truncated").get<bool>());
    expected.resize(line.at("context_length"), tokenizer.pad_id());
    EXPECT_EQ(row->ids, expected);
  }
}

}  // namespace
}  // namespace clip::model
