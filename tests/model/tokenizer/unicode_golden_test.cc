// What ICU and our tables say about every code point must be what Python said
// when tools/goldens/tokenizer.py ran; its functions are mirrored here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_format.h"
#include "model/tokenizer/canonical_composition.h"
#include "model/tokenizer/character_classes.h"
#include "model/tokenizer/lower_case.h"
#include "model/tokenizer/repair/repair_text.h"
#include "model/tokenizer/utf8_text.h"
#include "model/tokenizer/word_splitter.h"

namespace clip::model::text {
namespace {

constexpr char32_t kBlock = 0x4000;
constexpr char32_t kEnd = 0x110000;

uint64_t Fnv1a(const std::u32string& text) {
  std::string bytes;
  for (const char32_t c : text) AppendUtf8(c, &bytes);
  uint64_t value = 0xCBF29CE484222325;
  for (const char byte : bytes) {
    value = (value ^ static_cast<uint8_t>(byte)) * 0x100000001B3;
  }
  return value;
}

std::u32string Lower(char32_t c) {
  const std::u32string self(1, c);
  return LowerCase(self) + LowerCase(U"A" + self + U"\u03a3") +
         LowerCase(U"A\u03a3" + self);
}

std::u32string Compose(char32_t c) {
  const std::u32string self(1, c);
  std::u32string result;
  for (const std::u32string& text : {self, U"a\u0302" + self + U"\u0316",
                                     self + U"\u0301", U"\u09c7" + self}) {
    result += ComposeCanonically(text).value();
  }
  return result;
}

std::u32string Words(char32_t c) {
  const std::u32string text =
      std::u32string(U"a") + c + c + U"!" + c + U"1" + c;
  WordSplitter splitter(text);
  std::u32string result;
  for (std::u32string_view word; splitter.Next(&word);) {
    if (!result.empty()) result += U'|';
    result += word;
  }
  return result;
}

std::u32string Repair(char32_t c) {
  const bool space = (CharacterClasses()[c] & kSpace) != 0;
  return RepairText(std::u32string(1, c) + U"a").value() +
         (space ? U"a|b" : std::u32string(U"a") + c + U"b");
}

void ExpectHashesOfEveryBlock(const char* name,
                              std::u32string (*function)(char32_t)) {
  std::ifstream file(CLIP_SOURCE_DIR "/tests/golden/tokenizer/unicode.json");
  const nlohmann::json hashes = nlohmann::json::parse(file).at(name);
  ASSERT_EQ(hashes.size(), kEnd / kBlock);
  for (char32_t begin = 0; begin < kEnd; begin += kBlock) {
    std::u32string results;
    for (char32_t c = begin; c < begin + kBlock; ++c) {
      if (c < 0xD800 || c > 0xDFFF) results += function(c);
    }
    EXPECT_EQ(absl::StrFormat("%016x", Fnv1a(results)),
              hashes[begin / kBlock].get<std::string>())
        << absl::StrFormat("block from U+%04X", static_cast<uint32_t>(begin));
  }
}

TEST(UnicodeGoldenTest, LowersEveryCharacterAsPythonDoes) {
  ExpectHashesOfEveryBlock("lower", Lower);
}

TEST(UnicodeGoldenTest, ComposesEveryCharacterAsPythonDoes) {
  ExpectHashesOfEveryBlock("compose", Compose);
}

TEST(UnicodeGoldenTest, SplitsAroundEveryCharacterAsTheReferenceDoes) {
  ExpectHashesOfEveryBlock("words", Words);
}

TEST(UnicodeGoldenTest, RepairsEveryCharacterAsFtfyDoes) {
  ExpectHashesOfEveryBlock("repair", Repair);
}

}  // namespace
}  // namespace clip::model::text
