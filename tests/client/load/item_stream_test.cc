#include "client/load/item_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/mutex.h"
#include "tests/testing/status_matchers.h"

namespace clip::client::load {
namespace {

using ::clip::testing::IsOk;
using ::clip::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Duration kItemDeadline = absl::Seconds(60);

// Does with an item what its text says: "bad" is refused, "hold" is never
// answered, "break" ends the call; all others are embedded.
class ObedientServer final : public v1::ClipService::Service {
 public:
  ObedientServer() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }
  ~ObedientServer() override {
    server_->Shutdown(std::chrono::system_clock::now());
  }

  const std::string& address() const { return address_; }

  // Of all items, in the order of their coming.
  std::vector<std::string> models() {
    MutexLock lock(mutex_);
    return models_;
  }
  int calls() {
    MutexLock lock(mutex_);
    return calls_;
  }

 private:
  grpc::Status EncodeStream(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::EncodeResponse, v1::EncodeRequest>* stream)
      override {
    {
      MutexLock lock(mutex_);
      ++calls_;
    }
    v1::EncodeRequest item;
    while (stream->Read(&item)) {
      {
        MutexLock lock(mutex_);
        models_.push_back(item.model());
      }
      if (item.text() == "break") {
        return grpc::Status(grpc::UNAVAILABLE, "the server goes away");
      }
      if (item.text() == "hold") continue;
      v1::EncodeResponse response;
      response.set_id(item.id());
      if (item.text() == "bad") {
        response.mutable_status()->set_code(grpc::INVALID_ARGUMENT);
      } else {
        response.mutable_embedding()->add_values(1);
      }
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

  std::string address_;
  Mutex mutex_;
  std::vector<std::string> models_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<grpc::Server> server_;
};

using PendingAnswer = std::future<absl::StatusOr<v1::EncodeResponse>>;

class ItemStreamTest : public ::testing::Test {
 protected:
  PendingAnswer Send(uint64_t id, const std::string& text,
                     absl::Duration since_start = absl::ZeroDuration()) {
    v1::EncodeRequest item;
    item.set_id(id);
    item.set_text(text);
    auto promise =
        std::make_shared<std::promise<absl::StatusOr<v1::EncodeResponse>>>();
    stream_->Send(std::move(item), start_ + since_start,
                  [promise](absl::StatusOr<v1::EncodeResponse> response) {
                    promise->set_value(std::move(response));
                  });
    return promise->get_future();
  }

  ObedientServer server_;
  const absl::Time start_ = absl::Now();
  std::unique_ptr<ItemStream> stream_ = std::make_unique<ItemStream>(
      grpc::CreateChannel(server_.address(),
                          grpc::InsecureChannelCredentials()),
      "the model", kItemDeadline);
};

TEST_F(ItemStreamTest, AnswersEachItemByItself) {
  PendingAnswer first = Send(1, "a");
  PendingAnswer second = Send(2, "bad");
  const auto good = first.get();
  ASSERT_THAT(good, IsOk());
  EXPECT_EQ(good->id(), 1u);
  const auto bad = second.get();
  ASSERT_THAT(bad, IsOk());
  EXPECT_EQ(bad->status().code(), grpc::INVALID_ARGUMENT);
  EXPECT_EQ(server_.calls(), 1);
}

TEST_F(ItemStreamTest, OnlyTheFirstItemOfACallNamesTheModel) {
  ASSERT_THAT(Send(1, "a").get(), IsOk());
  ASSERT_THAT(Send(2, "a").get(), IsOk());
  EXPECT_THAT(server_.models(), ElementsAre("the model", ""));
}

TEST_F(ItemStreamTest, ABrokenCallEndsItsItemsAndTheNextOneOpensAnother) {
  PendingAnswer held = Send(1, "hold");
  PendingAnswer broken = Send(2, "break");
  EXPECT_THAT(held.get(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("goes away")));
  EXPECT_THAT(broken.get(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Send(3, "a").get(), IsOk());
  EXPECT_THAT(server_.models(), ElementsAre("the model", "", "the model"));
}

TEST_F(ItemStreamTest, RenewsItsCallAndStillTakesTheAnswersOfTheOldOne) {
  PendingAnswer old = Send(1, "a");
  PendingAnswer young = Send(2, "a", ItemStream::kCallLength);
  EXPECT_THAT(old.get(), IsOk());
  EXPECT_THAT(young.get(), IsOk());
  EXPECT_EQ(server_.calls(), 2);
}

TEST_F(ItemStreamTest, ACancelledItemEndsAndTheOthersGoOn) {
  PendingAnswer held = Send(1, "hold");
  stream_->Cancel(1);
  EXPECT_THAT(held.get(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Send(2, "a").get(), IsOk());
  // It has ended.
  stream_->Cancel(2);
}

TEST_F(ItemStreamTest, TheEndOfTheStreamEndsItsItems) {
  PendingAnswer held = Send(1, "hold");
  EXPECT_THAT(Send(2, "a").get(), IsOk());
  stream_.reset();
  EXPECT_THAT(held.get(), StatusIs(absl::StatusCode::kCancelled));
}

TEST(ItemStreamDeadlineTest, AnItemThatIsNeverAnsweredTimesOut) {
  ObedientServer server;
  ItemStream stream(
      grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials()),
      "", absl::Milliseconds(1));
  std::promise<absl::StatusOr<v1::EncodeResponse>> answer;
  v1::EncodeRequest item;
  item.set_text("hold");
  // The call was opened so long ago that its time is over now.
  stream.Send(std::move(item), absl::Now() - ItemStream::kCallLength,
              [&answer](absl::StatusOr<v1::EncodeResponse> response) {
                answer.set_value(std::move(response));
              });
  EXPECT_THAT(answer.get_future().get(),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace clip::client::load
