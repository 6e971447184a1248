#include "model/tokenizer/bpe_word.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace clip::model::text {
namespace {

using ::testing::ElementsAre;

const BpeVocabulary& Vocabulary() {
  static const auto* const vocabulary =
      BpeVocabulary::CreateEmbedded().value().release();
  return *vocabulary;
}

std::vector<int32_t> Ids(std::string_view word) {
  std::vector<int32_t> ids;
  AppendWordIds(Vocabulary(), word, &ids);
  return ids;
}

std::vector<int32_t> SymbolsOf(std::string_view word) {
  std::vector<int32_t> ids;
  for (const char c : word) {
    ids.push_back(Vocabulary().IdOfByte(static_cast<uint8_t>(c)));
  }
  ids.back() = Vocabulary().IdOfLastByte(static_cast<uint8_t>(word.back()));
  return ids;
}

// The pair of neighbours with the lowest rank, or nullptr.
const BpeVocabulary::Merge* BestMerge(const std::vector<int32_t>& ids) {
  const BpeVocabulary::Merge* best = nullptr;
  for (size_t i = 0; i + 1 < ids.size(); ++i) {
    const auto* merge = Vocabulary().FindMerge(ids[i], ids[i + 1]);
    if (merge != nullptr && (best == nullptr || merge->rank < best->rank)) {
      best = merge;
    }
  }
  return best;
}

// The definition, in quadratic time: sweep after sweep from left to right.
std::vector<int32_t> IdsBySweeps(std::string_view word) {
  std::vector<int32_t> ids = SymbolsOf(word);
  while (const auto* best = BestMerge(ids)) {
    std::vector<int32_t> swept;
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool merges = i + 1 < ids.size() &&
                          Vocabulary().FindMerge(ids[i], ids[i + 1]) == best;
      swept.push_back(merges ? best->id : ids[i]);
      if (merges) ++i;
    }
    ids = std::move(swept);
  }
  return ids;
}

TEST(AppendWordIdsTest, GivesKnownWordsOneId) {
  EXPECT_THAT(Ids("dog"), ElementsAre(1929));
  EXPECT_THAT(Ids("a"), ElementsAre(320));
}

TEST(AppendWordIdsTest, AppendsBehindWhatIsThere) {
  std::vector<int32_t> ids = {7};
  AppendWordIds(Vocabulary(), "dog", &ids);
  EXPECT_THAT(ids, ElementsAre(7, 1929));
}

TEST(AppendWordIdsTest, MergesAPairOfEqualSymbolsFromTheLeft) {
  EXPECT_EQ(Ids("!!!"), IdsBySweeps("!!!"));
  EXPECT_EQ(Ids("aaaaaaa"), IdsBySweeps("aaaaaaa"));
}

TEST(AppendWordIdsTest, EqualsTheSweepsOnRandomWords) {
  std::mt19937 random(1);
  const std::string_view alphabets[] = {
      "ab",           "lo",
      "etaoinshrdlu", "abcdefghijklmnopqrstuvwxyz",
      "!?.-<>/w",     "\xC3\xA9\xA1\xF0\x9F\x98\x80"};
  for (int i = 0; i < 3000; ++i) {
    const std::string_view alphabet = alphabets[random() % 6];
    std::string word(1 + random() % 60, ' ');
    for (char& c : word) c = alphabet[random() % alphabet.size()];
    ASSERT_EQ(Ids(word), IdsBySweeps(word)) << word;
  }
}

}  // namespace
}  // namespace clip::model::text
