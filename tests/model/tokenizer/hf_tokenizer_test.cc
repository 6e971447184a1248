// Tiny tokenizers of every family in use, against what open_clip's HFTokenizer
// makes of the same files.
#include "model/tokenizer/hf_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "model/tokenizer/create_tokenizer.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using nlohmann::json;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

json ReadGolden(const std::string& name) {
  std::ifstream file(CLIP_SOURCE_DIR "/tests/golden/tokenizer_hf/" + name);
  return json::parse(file);
}

std::string Folder(const std::string& family) {
  return CLIP_SOURCE_DIR "/tests/golden/tokenizer_hf/" + family;
}

TokenizerOptions OptionsOf(const std::string& family, const json& golden) {
  const json& text_cfg = golden.at("options");
  const json kwargs = text_cfg.value("tokenizer_kwargs", json::object());
  TokenizerOptions options;
  options.directory = Folder(family);
  options.hf_tokenizer_name = family;
  options.context_length = text_cfg.value("context_length", 77);
  options.vocab_size = text_cfg.value("vocab_size", 49408);
  options.mode = text_cfg.value("tokenizer_mode", "");
  options.clean = kwargs.value("clean", "");
  options.strip_sep_token = kwargs.value("strip_sep_token", false);
  return options;
}

class HfTokenizerGoldenTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!HfBackend::IsBuilt()) GTEST_SKIP() << "built without cargo";
    auto tokenizer = CreateTokenizer(OptionsOf(GetParam(), golden_));
    ASSERT_THAT(tokenizer, IsOk());
    tokenizer_ = *std::move(tokenizer);
  }

  // The golden's row with its padding.
  std::vector<int32_t> Row(size_t i) const {
    auto row = golden_.at("rows").at(i).get<std::vector<int32_t>>();
    row.resize(tokenizer_->context_length(), tokenizer_->pad_id());
    return row;
  }

  const json golden_ = ReadGolden(std::string(GetParam()) + "/rows.json");
  const json texts_ = ReadGolden("texts.json");
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_P(HfTokenizerGoldenTest, GivesTheRowsOfOpenClip) {
  ASSERT_EQ(texts_.size(), golden_.at("rows").size());
  for (size_t i = 0; i < texts_.size(); ++i) {
    const auto row = tokenizer_->Tokenize(texts_[i].get<std::string>());
    ASSERT_THAT(row, IsOk()) << texts_[i];
    EXPECT_EQ(row->ids, Row(i)) << texts_[i];
    EXPECT_LE(row->token_count, tokenizer_->context_length());
  }
}

TEST_P(HfTokenizerGoldenTest, PadsWithTheTokenOfTheFiles) {
  EXPECT_EQ(tokenizer_->pad_id(), golden_.at("facts").at("pad"));
  const auto& hf = dynamic_cast<const HfTokenizer&>(*tokenizer_);
  EXPECT_EQ(hf.end_of_text().value_or(-1), golden_.at("facts").at("eot"));
}

TEST_P(HfTokenizerGoldenTest, SaysWhetherATextWasCutOff) {
  EXPECT_FALSE(tokenizer_->Tokenize("")->truncated);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "waves 7 ";
  EXPECT_TRUE(tokenizer_->Tokenize(text)->truncated);
}

TEST_P(HfTokenizerGoldenTest, TakesTextsFromSeveralThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([this] {
      for (size_t i = 0; i < texts_.size(); ++i) {
        const auto row = tokenizer_->Tokenize(texts_[i].get<std::string>());
        EXPECT_EQ(row->ids, Row(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(
    Families, HfTokenizerGoldenTest,
    ::testing::Values("bert_cased", "clip", "clipa", "clips", "gemma_model",
                      "modernbert", "mt5", "nllb", "nllb_language", "roberta",
                      "roberta_json", "siglip", "siglip2", "siglip2_lower",
                      "t5_extra_ids", "xlm_roberta", "xlm_roberta_json"),
    [](const auto& info) { return std::string(info.param); });

class HfTokenizerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HfBackend::IsBuilt()) GTEST_SKIP() << "built without cargo";
    files_ = ReadTokenizerFiles(Folder("bert_cased")).value();
  }

  TokenizerFiles files_;
};

TEST_F(HfTokenizerTest, RefusesATokenizerThatHasMoreIdsThanTheModel) {
  HfTokenizer::Options options;
  options.vocab_size = 10;
  EXPECT_THAT(HfTokenizer::Create(files_, options),
              StatusIs(kInvalid, HasSubstr("the model only 10")));
}

TEST_F(HfTokenizerTest, CutsBehindInClipsModeWhateverSideTheFilesName) {
  std::string& config = files_["tokenizer_config.json"];
  config.insert(1,
                "\"truncation_side\": \"left\", \"bos_token\": \"[CLS]\", "
                "\"eos_token\": \"[SEP]\", ");
  HfTokenizer::Options options;
  options.mode = HfTokenizer::Mode::kClips;
  const auto whole = HfTokenizer::Create(files_, options).value();
  options.context_length = 8;
  const auto cut = HfTokenizer::Create(files_, options).value();
  const std::string text = "a photo of a dog in the park at night";
  const std::vector<int32_t> ids = whole->Tokenize(text)->ids;
  const TokenizedText row = cut->Tokenize(text).value();
  EXPECT_TRUE(row.truncated);
  EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + 6, row.ids.begin()));
}

TEST_F(HfTokenizerTest, RefusesTextThatIsNotUtf8) {
  const auto tokenizer = HfTokenizer::Create(files_, {}).value();
  EXPECT_THAT(tokenizer->Tokenize("a\xff"), StatusIs(kInvalid));
}

TEST_F(HfTokenizerTest, RefusesANormalizerThatMultipliesATextsLength) {
  json file = json::parse(files_["tokenizer.json"]);
  json& normalizer = file["normalizer"];
  normalizer = {{"type", "Sequence"}, {"normalizers", json::array()}};
  for (int i = 0; i < 8; ++i) {
    normalizer["normalizers"].push_back({{"type", "Replace"},
                                         {"pattern", {{"String", "a"}}},
                                         {"content", "aaaaaaaaaa"}});
  }
  files_["tokenizer.json"] = file.dump();
  files_["tokenizer_config.json"] =
      R"({"tokenizer_class": "PreTrainedTokenizerFast"})";
  EXPECT_THAT(HfTokenizer::Create(files_, {}),
              StatusIs(kInvalid, HasSubstr("tokenizer.json: normalizer: its")));
}

TEST_F(HfTokenizerTest, NamesTheClassThatIsNotSupported) {
  files_["tokenizer_config.json"] = R"({"tokenizer_class": "XLNetTokenizer"})";
  EXPECT_THAT(HfTokenizer::Create(files_, {}),
              StatusIs(kInvalid, HasSubstr("XLNetTokenizer")));
}

TEST_F(HfTokenizerTest, NamesTheKindOfPartThatNobodyKnows) {
  json file = json::parse(files_["tokenizer.json"]);
  file["pre_tokenizer"] = {{"type", "Astrology"}};
  files_["tokenizer.json"] = file.dump();
  files_["tokenizer_config.json"] =
      R"({"tokenizer_class": "PreTrainedTokenizerFast"})";
  EXPECT_THAT(
      HfTokenizer::Create(files_, {}),
      StatusIs(kInvalid,
               HasSubstr("tokenizer.json: pre_tokenizer of type Astrology")));
}

TEST_F(HfTokenizerTest, RefusesAConfigWhosePaddingIsAnotherToken) {
  TokenizerOptions options;
  options.hf_tokenizer_name = "bert";
  options.directory = Folder("bert_cased");
  options.pad_id = 7;
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(kInvalid, HasSubstr("text_cfg.pad_id is 7")));
  options.pad_id = 0;
  options.eos_id = 7;
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(kInvalid, HasSubstr("text_cfg.eos_id is 7")));
  options.eos_id = 3;
  EXPECT_THAT(CreateTokenizer(options), IsOk());
}

TEST_F(HfTokenizerTest, NamesTheFileThatIsDamaged) {
  files_["tokenizer.json"] = "{\"model\": 7}";
  EXPECT_THAT(HfTokenizer::Create(files_, {}),
              StatusIs(kInvalid, HasSubstr("tokenizer.json")));
  files_["tokenizer.json"] = std::string(1000, '[');
  EXPECT_THAT(HfTokenizer::Create(files_, {}),
              StatusIs(kInvalid, HasSubstr("tokenizer.json")));
}

TEST_F(HfTokenizerTest, SurvivesFilesWithRandomDamage) {
  const std::string whole = files_["tokenizer.json"];
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = whole;
    for (int j = 0; j < 3; ++j) {
      damaged[random() % damaged.size()] = static_cast<char>(random() % 128);
    }
    files_["tokenizer.json"] = damaged;
    const auto tokenizer = HfTokenizer::Create(files_, {});
    if (tokenizer.ok())
      (*tokenizer)->Tokenize("a photo of a dog").IgnoreError();
  }
}

}  // namespace
}  // namespace clip::model
