#include "client/message_conversion.h"

#include <gmock/gmock.h>

namespace clip::client {
namespace {

using ::testing::ElementsAre;

TEST(MessageConversionTest, EveryKindOfPictureFillsItsOwnMember) {
  EncodeImageRequest request;
  request.model = "name";
  request.images = {EncodedImage{"file"}, RgbImage{2, 1, "abcdef"},
                    PixelValues{"floats"}};
  const v1::EncodeImageRequest message = ToMessage(request);
  EXPECT_EQ(message.model(), "name");
  EXPECT_EQ(message.images(0).encoded(), "file");
  EXPECT_EQ(message.images(1).rgb().width(), 2U);
  EXPECT_EQ(message.images(1).rgb().height(), 1U);
  EXPECT_EQ(message.images(1).rgb().data(), "abcdef");
  EXPECT_EQ(message.images(2).pixels().data(), "floats");
}

TEST(MessageConversionTest, OptionsAreSentEvenWhereTheyAreDefaults) {
  EncodeTextRequest request;
  request.options.normalize = false;
  request.options.dimensions = 7;
  const v1::EncodeTextRequest message = ToMessage(request);
  EXPECT_TRUE(message.options().has_normalize());
  EXPECT_FALSE(message.options().normalize());
  EXPECT_EQ(message.options().dimensions(), 7U);
  EXPECT_TRUE(ToMessage(EncodeTextRequest()).options().normalize());
}

TEST(MessageConversionTest, EveryFormatSurvivesTheRoundTrip) {
  for (const auto format :
       {EmbeddingFormat::kFloat32, EmbeddingFormat::kFloat16,
        EmbeddingFormat::kBfloat16, EmbeddingFormat::kInt8,
        EmbeddingFormat::kBinary}) {
    SimilarityRequest request;
    request.text_embeddings = {Embedding{format, {1.0F, 2.0F}, "packed"}};
    const v1::SimilarityRequest message = ToMessage(std::move(request));
    v1::EncodeTextResponse response;
    *response.add_embeddings() = message.text_embeddings(0);
    const EncodeTextReply reply = FromMessage(std::move(response));
    EXPECT_EQ(reply.embeddings[0].format, format);
    EXPECT_THAT(reply.embeddings[0].values, ElementsAre(1.0F, 2.0F));
    EXPECT_EQ(reply.embeddings[0].packed, "packed");
  }
}

TEST(MessageConversionTest, TokenIdsKeepTheirOrder) {
  EncodeTextRequest request;
  request.token_ids = {{1, 2, 3}, {4}};
  const v1::EncodeTextRequest message = ToMessage(request);
  EXPECT_THAT(message.token_ids(0).ids(), ElementsAre(1, 2, 3));
  EXPECT_THAT(message.token_ids(1).ids(), ElementsAre(4));
}

TEST(MessageConversionTest, ALogitBiasIsThereOnlyWhereItWasSent) {
  v1::SimilarityResponse response;
  EXPECT_FALSE(FromMessage(response).logit_bias.has_value());
  response.set_logit_bias(0);
  EXPECT_EQ(FromMessage(response).logit_bias, 0.0F);
  v1::ModelInfo info;
  EXPECT_FALSE(FromMessage(info).logit_bias.has_value());
  info.set_logit_bias(-10);
  EXPECT_EQ(FromMessage(info).logit_bias, -10.0F);
}

TEST(MessageConversionTest, TimesBecomeDurations) {
  v1::EncodeImageResponse response;
  response.mutable_timing()->set_queue_seconds(0.25);
  response.mutable_timing()->set_total_seconds(2);
  const Timing timing = FromMessage(std::move(response)).timing;
  EXPECT_EQ(timing.queue, absl::Milliseconds(250));
  EXPECT_EQ(timing.total, absl::Seconds(2));
  EXPECT_EQ(timing.forward, absl::ZeroDuration());
}

}  // namespace
}  // namespace clip::client
