#include "server/service/request_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/testing/status_matchers.h"

namespace clip::server {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class RequestValidationTest : public ::testing::Test {
 protected:
  RequestValidationTest() {
    model_.name = "test";
    model_.info.embed_dim = 8;
    model_.info.context_length = 4;
    model_.info.vocab_size = 10;
    model_.info.preprocess.image_width = 2;
    model_.info.preprocess.image_height = 2;
    limits_.max_items_per_call = 3;
    limits_.max_text_bytes = 5;
    limits_.max_image_bytes = 6;
    limits_.max_image_pixels = 12;
  }

  template <typename Request>
  absl::Status Check(const Request& request) const {
    return CheckItems(request, model_, limits_).status();
  }

  // A picture request: one good picture, then `image`.
  v1::EncodeImageRequest SecondImage(const v1::Image& image) const {
    v1::EncodeImageRequest request;
    request.add_images()->set_encoded("good");
    *request.add_images() = image;
    return request;
  }

  static v1::Image Rgb(uint32_t width, uint32_t height, size_t bytes) {
    v1::Image image;
    image.mutable_rgb()->set_width(width);
    image.mutable_rgb()->set_height(height);
    image.mutable_rgb()->set_data(std::string(bytes, 'x'));
    return image;
  }

  ServedModel model_;
  ServiceLimits limits_;
};

TEST_F(RequestValidationTest, PassesEveryKindOfPictureOnInOrder) {
  v1::EncodeImageRequest request;
  request.add_images()->set_encoded("123456");
  *request.add_images() = Rgb(4, 3, 36);
  request.add_images()->mutable_pixels()->set_data(std::string(48, 'p'));
  const auto items = CheckItems(request, model_, limits_);
  ASSERT_THAT(items, IsOk());
  ASSERT_EQ(items->size(), 3U);
  EXPECT_EQ(std::get<EncodedImage>((*items)[0]).file, "123456");
  EXPECT_EQ(std::get<RgbPixels>((*items)[1]).width, 4U);
  EXPECT_EQ(std::get<RgbPixels>((*items)[1]).height, 3U);
  EXPECT_EQ(std::get<NormalizedPixels>((*items)[2]).data.size(), 48U);
}

TEST_F(RequestValidationTest, ItemsAreViewsIntoTheRequest) {
  v1::EncodeImageRequest request;
  request.add_images()->set_encoded("123456");
  const auto items = CheckItems(request, model_, limits_);
  ASSERT_THAT(items, IsOk());
  EXPECT_EQ(std::get<EncodedImage>((*items)[0]).file.data(),
            request.images(0).encoded().data());
}

TEST_F(RequestValidationTest, RefusesNoPictures) {
  EXPECT_THAT(Check(v1::EncodeImageRequest()),
              StatusIs(kInvalid, StartsWith("images: ")));
}

TEST_F(RequestValidationTest, RefusesTooManyPictures) {
  v1::EncodeImageRequest request;
  for (int i = 0; i < 4; ++i) request.add_images()->set_encoded("x");
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("images: 4 items; at most 3")));
}

TEST_F(RequestValidationTest, NamesThePictureThatIsWrong) {
  v1::Image empty_file;
  empty_file.set_encoded("");
  v1::Image large_file;
  large_file.set_encoded("1234567");
  v1::Image short_pixels;
  short_pixels.mutable_pixels()->set_data(std::string(44, 'p'));
  const struct {
    v1::Image image;
    const char* message;
  } cases[] = {
      {v1::Image(), "images[1]: one of"},
      {empty_file, "images[1].encoded: the file is empty"},
      {large_file, "images[1].encoded: 7 bytes; at most 6"},
      {Rgb(0, 3, 0), "images[1].rgb: 0 x 3 pixels"},
      {Rgb(3, 0, 0), "images[1].rgb: 3 x 0 pixels"},
      {Rgb(13, 1, 39), "images[1].rgb: 13 pixels; at most 12"},
      {Rgb(2, 2, 11), "images[1].rgb.data: 11 bytes"},
      {Rgb(2, 2, 13), "images[1].rgb.data: 13 bytes"},
      {short_pixels, "images[1].pixels.data: 44 bytes"},
  };
  for (const auto& test_case : cases) {
    EXPECT_THAT(Check(SecondImage(test_case.image)),
                StatusIs(kInvalid, StartsWith(test_case.message)));
  }
}

TEST_F(RequestValidationTest, RgbDimensionsDoNotOverflow) {
  EXPECT_THAT(Check(SecondImage(Rgb(0xFFFFFFFF, 0xFFFFFFFF, 3))),
              StatusIs(kInvalid, HasSubstr("at most 12")));
}

TEST_F(RequestValidationTest, PassesTextsAndTokensOn) {
  v1::EncodeTextRequest texts;
  texts.add_texts("");
  texts.add_texts("12345");
  EXPECT_THAT(Check(texts), IsOk());
  v1::EncodeTextRequest tokens;
  for (const int id : {0, 9, 3, 1}) tokens.add_token_ids()->add_ids(id);
  tokens.mutable_token_ids()->RemoveLast();
  const auto items = CheckItems(tokens, model_, limits_);
  ASSERT_THAT(items, IsOk());
  EXPECT_EQ(std::get<TextTokens>((*items)[1]).ids[0], 9);
}

TEST_F(RequestValidationTest, RefusesTextsBesideTokensAndNeither) {
  v1::EncodeTextRequest request;
  EXPECT_THAT(Check(request), StatusIs(kInvalid, HasSubstr("must be filled")));
  request.add_texts("a");
  request.add_token_ids()->add_ids(1);
  EXPECT_THAT(Check(request), StatusIs(kInvalid, HasSubstr("exclude")));
}

TEST_F(RequestValidationTest, NamesTheTextThatIsTooLong) {
  v1::EncodeTextRequest request;
  request.add_texts("a");
  request.add_texts("123456");
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("texts[1]: 6 bytes; at most 5")));
}

TEST_F(RequestValidationTest, NamesTheTokensThatAreWrong) {
  v1::EncodeTextRequest request;
  request.add_token_ids()->add_ids(1);
  v1::TokenIds* second = request.add_token_ids();
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("token_ids[1]: 0 ids; 1 to 4")));
  second->add_ids(1);
  second->add_ids(10);
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("token_ids[1].ids[1]: 10 is")));
  second->set_ids(1, -1);
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("token_ids[1].ids[1]: -1 is")));
  second->set_ids(1, 1);
  for (int i = 0; i < 3; ++i) second->add_ids(1);
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("token_ids[1]: 5 ids")));
}

TEST_F(RequestValidationTest, AModelWithoutTokenizerTakesTokensOnly) {
  model_.tokenizer_unavailable = "its tokenizer is not supported";
  v1::EncodeTextRequest request;
  request.add_texts("a");
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, HasSubstr("its tokenizer is not supported")));
  request.Clear();
  request.add_token_ids()->add_ids(1);
  EXPECT_THAT(Check(request), IsOk());
}

TEST_F(RequestValidationTest, SimilarityNeedsOneOfEachSide) {
  v1::SimilarityRequest request;
  EXPECT_THAT(Check(request), StatusIs(kInvalid, StartsWith("images: ")));
  request.add_images()->set_encoded("x");
  EXPECT_THAT(Check(request), StatusIs(kInvalid, StartsWith("texts: ")));
  request.add_text_embeddings();
  EXPECT_THAT(Check(request), IsOk());
  request.add_texts("a");
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("text_embeddings: ")));
  request.clear_text_embeddings();
  request.add_image_embeddings();
  EXPECT_THAT(Check(request),
              StatusIs(kInvalid, StartsWith("image_embeddings: ")));
}

TEST_F(RequestValidationTest, SimilarityCountsBothSides) {
  v1::SimilarityRequest request;
  request.add_images()->set_encoded("x");
  request.add_images()->set_encoded("x");
  request.add_texts("a");
  EXPECT_THAT(Check(request), IsOk());
  request.add_texts("b");
  EXPECT_THAT(Check(request), StatusIs(kInvalid, HasSubstr("4 items")));
}

TEST_F(RequestValidationTest, OptionsDefaultToNormalizedFloat32OfFullLength) {
  const auto layout = CheckOptions(v1::EmbeddingOptions(), model_);
  ASSERT_THAT(layout, IsOk());
  EXPECT_TRUE(layout->normalize);
  EXPECT_EQ(layout->format, v1::FLOAT32);
  EXPECT_EQ(layout->dimensions, 8);
}

TEST_F(RequestValidationTest, OptionsPassOnWhatIsAsked) {
  v1::EmbeddingOptions options;
  options.set_normalize(false);
  options.set_format(v1::BINARY);
  options.set_dimensions(8);
  const auto layout = CheckOptions(options, model_);
  ASSERT_THAT(layout, IsOk());
  EXPECT_FALSE(layout->normalize);
  EXPECT_EQ(layout->format, v1::BINARY);
}

TEST_F(RequestValidationTest, RefusesImpossibleOptions) {
  v1::EmbeddingOptions options;
  options.set_dimensions(9);
  EXPECT_THAT(CheckOptions(options, model_),
              StatusIs(kInvalid, StartsWith("options.dimensions: 9")));
  options.set_dimensions(0);
  options.set_format(static_cast<v1::Format>(42));
  EXPECT_THAT(CheckOptions(options, model_),
              StatusIs(kInvalid, StartsWith("options.format: 42")));
  options.set_format(v1::INT8);
  options.set_normalize(false);
  EXPECT_THAT(CheckOptions(options, model_),
              StatusIs(kInvalid, StartsWith("options.format: INT8")));
}

TEST_F(RequestValidationTest, ItemFieldsAreThePathsOfTheRequest) {
  v1::SimilarityRequest both;
  both.add_images()->set_encoded("x");
  *both.add_images() = Rgb(1, 1, 3);
  both.add_texts("a");
  EXPECT_EQ(ItemField(both, 0), "images[0].encoded");
  EXPECT_EQ(ItemField(both, 1), "images[1].rgb");
  EXPECT_EQ(ItemField(both, 2), "texts[0]");
  v1::EncodeTextRequest tokens;
  tokens.add_token_ids();
  EXPECT_EQ(ItemField(tokens, 0), "token_ids[0]");
}

}  // namespace
}  // namespace clip::server
