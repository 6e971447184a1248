// The label sets of ClipService.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

#include "clip/v1/clip.grpc.pb.h"
#include "tests/server/service/clip_service_fixture.h"
#include "tests/testing/fake_pipeline.h"

namespace clip::server {
namespace {

using ::clip::testing::AnswerWith;
using ::clip::testing::FailWith;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

class ClipServiceLabelSetsTest : public ClipServiceFixture {
 protected:
  static v1::PutLabelSetRequest Pets() {
    v1::PutLabelSetRequest request;
    request.set_name("pets");
    request.add_labels("cat");
    request.add_labels("dog");
    return request;
  }

  grpc::Status PutLabelSet(const v1::PutLabelSetRequest& request) {
    grpc::ClientContext context;
    return stub().PutLabelSet(&context, request, &put_response_);
  }

  grpc::Status ScoreAgainst(const std::string& label_set) {
    v1::SimilarityRequest request;
    request.add_images()->set_encoded("file");
    request.set_label_set(label_set);
    grpc::ClientContext context;
    return stub().Similarity(&context, request, &scores_);
  }

  v1::PutLabelSetResponse put_response_;
  v1::SimilarityResponse scores_;
};

TEST_F(ClipServiceLabelSetsTest, ALabelSetIsEncodedOnceAndScored) {
  ASSERT_TRUE(PutLabelSet(Pets()).ok());
  EXPECT_THAT(put_response_.label_set().labels(), ElementsAre("cat", "dog"));
  EXPECT_EQ(put_response_.label_set().template_count(), 7U);
  EXPECT_EQ(put_response_.label_set().model().name(), "test");
  EXPECT_GT(put_response_.timing().total_seconds(), 0.0);
  std::promise<size_t> items_seen;
  pipeline_.set_handler([&items_seen](const std::vector<PipelineItem>& items,
                                      const CallOptions& options,
                                      const EmbeddingPipeline::Done& done) {
    items_seen.set_value(items.size());
    AnswerWith({6.0F, 8.0F})(items, options, done);
  });
  ASSERT_TRUE(ScoreAgainst("pets").ok());
  // Only the picture is encoded.
  EXPECT_EQ(items_seen.get_future().get(), 1U);
  EXPECT_EQ(scores_.columns(), 2U);
  EXPECT_THAT(scores_.labels(), ElementsAre("cat", "dog"));
  EXPECT_THAT(scores_.logits(), ElementsAre(FloatEq(10.0F), FloatEq(10.0F)));
  EXPECT_THAT(scores_.probabilities(), ElementsAre(0.5F, 0.5F));
  EXPECT_THAT(scores_.token_count(), ElementsAre());
}

TEST_F(ClipServiceLabelSetsTest, AnUnknownLabelSetIsNotFound) {
  const grpc::Status status = ScoreAgainst("pets");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("\"pets\""));
}

TEST_F(ClipServiceLabelSetsTest, ALabelSetExcludesTexts) {
  v1::SimilarityRequest request;
  request.add_images()->set_encoded("file");
  request.add_texts("a");
  request.set_label_set("pets");
  const grpc::Status status = stub().Similarity(&context_, request, &scores_);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("label_set: "));
}

TEST_F(ClipServiceLabelSetsTest, LabelSetsAreListedReplacedAndDeleted) {
  ASSERT_TRUE(PutLabelSet(Pets()).ok());
  v1::PutLabelSetRequest replacement = Pets();
  replacement.add_labels("emu");
  ASSERT_TRUE(PutLabelSet(replacement).ok());
  v1::ListLabelSetsResponse list;
  ASSERT_TRUE(
      stub().ListLabelSets(&context_, v1::ListLabelSetsRequest(), &list).ok());
  ASSERT_EQ(list.label_sets_size(), 1);
  EXPECT_EQ(list.label_sets(0).labels_size(), 3);
  EXPECT_EQ(observer_.label_sets(), 1);

  v1::DeleteLabelSetRequest request;
  request.set_name("pets");
  v1::DeleteLabelSetResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub().DeleteLabelSet(&context, request, &response).ok());
  EXPECT_EQ(observer_.label_sets(), 0);
  grpc::ClientContext again;
  EXPECT_EQ(stub().DeleteLabelSet(&again, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ClipServiceLabelSetsTest, ABadLabelSetIsNamedAndNotKept) {
  v1::PutLabelSetRequest request = Pets();
  request.add_labels("cat");
  const grpc::Status status = PutLabelSet(request);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("labels[2]"));
  pipeline_.set_handler(FailWith(absl::ResourceExhaustedError("full")));
  EXPECT_EQ(PutLabelSet(Pets()).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ScoreAgainst("pets").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ClipServiceLabelSetsTest, TellsThatItRefusedALabelSetTooMany) {
  ServiceLimits limits;
  limits.label_sets.max_sets = 0;
  InProcessService served(pipeline_, observer_, limits);
  EXPECT_EQ(
      served.stub().PutLabelSet(&context_, Pets(), &put_response_).error_code(),
      grpc::StatusCode::RESOURCE_EXHAUSTED);
  ASSERT_EQ(observer_.seen().size(), 1U);
  EXPECT_EQ(observer_.seen()[0].rejected, RejectReason::kQueueFull);
}

TEST_F(ClipServiceLabelSetsTest, ALabelSetThatThePipelineLosesIsInternal) {
  pipeline_.set_handler([](auto&&...) {});
  EXPECT_EQ(PutLabelSet(Pets()).error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_TRUE(absl::IsInternal(service().MakeLabelSet(Pets())));
}

TEST_F(ClipServiceLabelSetsTest, AServerMakesItsOwnLabelSets) {
  EXPECT_TRUE(service().MakeLabelSet(Pets()).ok());
  EXPECT_TRUE(ScoreAgainst("pets").ok());
  v1::PutLabelSetRequest bad = Pets();
  bad.clear_labels();
  EXPECT_TRUE(absl::IsInvalidArgument(service().MakeLabelSet(bad)));
}

TEST_F(ClipServiceLabelSetsTest, LabelSetsMayBeMadeAndUsedAtOnce) {
  ASSERT_TRUE(PutLabelSet(Pets()).ok());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 20; ++i) {
        v1::PutLabelSetResponse response;
        v1::SimilarityResponse scores;
        v1::SimilarityRequest request;
        request.add_images()->set_encoded("file");
        request.set_label_set("pets");
        grpc::ClientContext context;
        const grpc::Status status =
            thread % 2 == 0 ? stub().PutLabelSet(&context, Pets(), &response)
                            : stub().Similarity(&context, request, &scores);
        EXPECT_TRUE(status.ok()) << status.error_message();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(observer_.label_sets(), 1);
}

}  // namespace
}  // namespace clip::server
