#include "model/batch_invariant_encoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/testing/fake_encoder.h"
#include "tests/testing/status_matchers.h"

namespace clip::model {
namespace {

using clip::testing::FakeEncoder;
using clip::testing::IsOk;
using clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BatchInvariantEncoderTest : public ::testing::Test {
 protected:
  BatchInvariantEncoderTest() {
    auto inner = std::make_unique<FakeEncoder>();
    inner_ = inner.get();
    encoder_ = std::make_unique<BatchInvariantEncoder>(std::move(inner));
  }

  FakeEncoder* inner_;
  std::unique_ptr<BatchInvariantEncoder> encoder_;
  const std::vector<std::vector<float>> pictures_ =
      std::vector<std::vector<float>>(3, std::vector<float>(12, 1.0F));
};

TEST_F(BatchInvariantEncoderTest, RunsPicturesOneByOneInOrder) {
  std::vector<std::vector<float>> pictures = pictures_;
  pictures[1].front() = 7;
  const std::vector<absl::Span<const float>> rows(pictures.begin(),
                                                  pictures.end());
  const auto embeddings = encoder_->EncodeImage(rows);
  ASSERT_THAT(embeddings, IsOk());
  EXPECT_THAT(inner_->image_batches(), ElementsAre(1, 1, 1));
  ASSERT_EQ(embeddings->size(), 12U);
  EXPECT_EQ((*embeddings)[0], 1);
  EXPECT_EQ((*embeddings)[4], 7);
  EXPECT_EQ((*embeddings)[8], 1);
}

TEST_F(BatchInvariantEncoderTest, RunsTextsOneByOne) {
  const std::vector<std::vector<int32_t>> texts(2, std::vector<int32_t>(8, 5));
  const std::vector<absl::Span<const int32_t>> rows(texts.begin(), texts.end());
  ASSERT_THAT(encoder_->EncodeText(rows), IsOk());
  EXPECT_THAT(inner_->text_batches(), ElementsAre(1, 1));
}

TEST_F(BatchInvariantEncoderTest, OneRowThatFailsFailsTheCall) {
  inner_->set_fault([](const std::vector<float>& firsts) {
    return firsts[0] == 7 ? absl::InternalError("a fault") : absl::OkStatus();
  });
  std::vector<std::vector<float>> pictures = pictures_;
  pictures[2].front() = 7;
  const std::vector<absl::Span<const float>> rows(pictures.begin(),
                                                  pictures.end());
  EXPECT_THAT(encoder_->EncodeImage(rows),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("a fault")));
}

TEST_F(BatchInvariantEncoderTest, HasTheFactsOfItsModel) {
  EXPECT_EQ(&encoder_->info(), &inner_->info());
}

}  // namespace
}  // namespace clip::model
