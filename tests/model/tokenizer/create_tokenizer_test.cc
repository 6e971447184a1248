#include "model/tokenizer/create_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/tokenizer/hf_backend.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(CreateTokenizerTest, MakesTheBytePairTokenizerByDefault) {
  const auto tokenizer = CreateTokenizer({});
  ASSERT_THAT(tokenizer, IsOk());
  EXPECT_EQ((*tokenizer)->context_length(), 77);
}

TEST(CreateTokenizerTest, UsesTheContextLength) {
  TokenizerOptions options;
  options.context_length = 32;
  EXPECT_EQ(CreateTokenizer(options).value()->context_length(), 32);
}

TEST(CreateTokenizerTest, TakesAnEmptyNameForNone) {
  TokenizerOptions options;
  options.hf_tokenizer_name = "";
  EXPECT_THAT(CreateTokenizer(options), IsOk());
}

TEST(CreateTokenizerTest, KeepsCaseInWhitespaceMode) {
  TokenizerOptions options;
  const auto lower = CreateTokenizer(options).value();
  options.clean = "whitespace";
  const auto whitespace = CreateTokenizer(options).value();
  EXPECT_NE(whitespace->Tokenize("DOG")->ids, lower->Tokenize("DOG")->ids);
  EXPECT_EQ(whitespace->Tokenize("dog")->ids, lower->Tokenize("dog")->ids);
}

TEST(CreateTokenizerTest, DropsPunctuationInCanonicalizeMode) {
  TokenizerOptions options;
  const auto lower = CreateTokenizer(options).value();
  options.clean = "canonicalize";
  const auto canonicalize = CreateTokenizer(options).value();
  EXPECT_EQ(canonicalize->Tokenize("A dog!")->ids,
            lower->Tokenize("a dog")->ids);
}

TEST(CreateTokenizerTest, KeepsCaseAndPunctuationInUnderscoreMode) {
  TokenizerOptions options;
  options.clean = "whitespace";
  const auto whitespace = CreateTokenizer(options).value();
  options.clean = "whitespace_underscore";
  const auto underscore = CreateTokenizer(options).value();
  EXPECT_EQ(underscore->Tokenize("__Sea_waves,_now! ")->ids,
            whitespace->Tokenize("Sea waves, now!")->ids);
}

TEST(CreateTokenizerTest, NamesTheFolderThatHasNoTokenizer) {
  if (!HfBackend::IsBuilt()) GTEST_SKIP() << "built without cargo";
  TokenizerOptions options;
  options.hf_tokenizer_name = "timm/ViT-B-16-SigLIP";
  options.directory = "/no/such/folder";
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(absl::StatusCode::kUnimplemented,
                       AllOf(HasSubstr("timm/ViT-B-16-SigLIP"),
                             HasSubstr("/no/such/folder"))));
}

TEST(CreateTokenizerTest, NamesTheHuggingFaceTokenizerItLacks) {
  if (HfBackend::IsBuilt()) GTEST_SKIP() << "built with cargo";
  TokenizerOptions options;
  options.hf_tokenizer_name = "timm/ViT-B-16-SigLIP";
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(absl::StatusCode::kUnimplemented,
                       AllOf(HasSubstr("timm/ViT-B-16-SigLIP"),
                             HasSubstr("CLIP_WITH_HF_TOKENIZERS=ON"))));
}

TEST(CreateTokenizerTest, RefusesAModeThatNobodyKnows) {
  TokenizerOptions options;
  options.hf_tokenizer_name = "x";
  options.mode = "chips";
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("chips")));
}

TEST(CreateTokenizerTest, RefusesReductionMasks) {
  TokenizerOptions options;
  options.reduction_mask = "shuffle";
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("shuffle")));
}

TEST(CreateTokenizerTest, RefusesAdditionalSpecialTokens) {
  TokenizerOptions options;
  options.additional_special_tokens = {"<image>"};
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("<image>")));
}

TEST(CreateTokenizerTest, RefusesUnknownCleanModes) {
  TokenizerOptions options;
  options.clean = "upper";
  EXPECT_THAT(
      CreateTokenizer(options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"upper\"")));
}

TEST(CreateTokenizerTest, RefusesAContextLengthBelowOne) {
  TokenizerOptions options;
  options.context_length = 0;
  EXPECT_THAT(CreateTokenizer(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace clip::model
