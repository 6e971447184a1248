#ifndef TESTS_CLIENT_ENCODE_STREAM_FIXTURE_H_
#define TESTS_CLIENT_ENCODE_STREAM_FIXTURE_H_

#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/clip_client.h"
#include "client/encode_stream.h"
#include "tests/client/fake_clip_server.h"
#include "tests/client/fake_retry_clock.h"
#include "tests/client/gate.h"
#include "tests/client/stream_answers.h"
#include "tests/testing/status_matchers.h"

namespace clip::client {

// EncodeStream to a fake server, with waits that take no time.
class EncodeStreamFixture : public ::testing::Test {
 protected:
  inline static const grpc::Status kUnavailable{grpc::StatusCode::UNAVAILABLE,
                                                "draining"};

  ClipClientOptions ClientOptions() const {
    ClipClientOptions options;
    options.target = server_.address();
    options.retry_clock = clock_;
    options.random = [] { return 0.0; };
    return options;
  }

  std::unique_ptr<EncodeStream> Open(StreamOptions options = {}) {
    client_ = ClipClient::Create(ClientOptions()).value();
    return client_->OpenStream(std::move(options), answers_.Taker()).value();
  }

  // The next stream answers nothing until the gate is opened.
  std::shared_ptr<Gate> HoldStream() {
    auto gate = std::make_shared<Gate>();
    ScriptedStream held;
    held.gate = gate;
    server_.ScriptStreams({held});
    return gate;
  }

  static StreamOptions Attempts(int max_attempts) {
    StreamOptions options;
    options.retry.max_attempts = max_attempts;
    return options;
  }

  // A text whose first letter is that of its id, so that answers differ.
  static StreamItem Text(uint64_t id) {
    return {id, std::string(1, static_cast<char>('a' + id % 4))};
  }

  static void WriteTexts(EncodeStream& stream, uint64_t count) {
    for (uint64_t id = 0; id < count; ++id) {
      ASSERT_EQ(stream.Write(Text(id)).value_or(false), true);
    }
  }

  // Every id below `count` has one answer, and it is that of its own text.
  void ExpectAllAnswered(uint64_t count) {
    const std::vector<uint64_t> order = answers_.order();
    EXPECT_EQ(order.size(), count);
    EXPECT_EQ(std::set<uint64_t>(order.begin(), order.end()).size(), count);
    for (uint64_t id = 0; id < count; ++id) {
      const absl::StatusOr<StreamReply> reply = answers_.of(id);
      ASSERT_THAT(reply, clip::testing::IsOk()) << id;
      // 'a' is on axis 1 of the fake.
      EXPECT_EQ(reply->embedding.values.at((id + 1) % 4), 1) << id;
    }
  }

  std::vector<std::string> TextsOfStream(size_t index) const {
    std::vector<std::string> texts;
    const auto streams = server_.streams();
    for (const v1::EncodeRequest& item : streams.at(index)) {
      texts.push_back(item.text());
    }
    return texts;
  }

  FakeClipServer server_;
  std::shared_ptr<FakeRetryClock> clock_ = std::make_shared<FakeRetryClock>();
  StreamAnswers answers_;
  std::unique_ptr<ClipClient> client_;
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_ENCODE_STREAM_FIXTURE_H_
