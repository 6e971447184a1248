#include "client/stream_ledger.h"

#include <gmock/gmock.h>

namespace clip::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

constexpr StreamLedger::Limits kLimits{4, 100, 3};

class StreamLedgerTest : public ::testing::Test {
 protected:
  void Add(uint64_t id, size_t bytes = 1) {
    v1::EncodeRequest request;
    request.set_id(id);
    request.set_text(std::to_string(id));
    ledger_.Add(std::move(request), bytes);
  }

  // The number on the wire.
  uint64_t Send() { return ledger_.SendNext()->id(); }

  StreamLedger ledger_{kLimits};
};

TEST_F(StreamLedgerTest, SendsInOrderAndAnswersUnderTheCallersId) {
  Add(70);
  Add(30);
  const auto first = ledger_.SendNext();
  EXPECT_EQ(first->text(), "70");
  EXPECT_EQ(ledger_.SendNext()->text(), "30");
  EXPECT_FALSE(ledger_.has_waiting());
  EXPECT_THAT(ledger_.Answer(first->id()), Optional(70U));
  EXPECT_EQ(ledger_.unanswered(), 1U);
}

TEST_F(StreamLedgerTest, EqualIdsAreTwoItems) {
  Add(7);
  Add(7);
  const uint64_t first = Send();
  const uint64_t second = Send();
  EXPECT_NE(first, second);
  EXPECT_THAT(ledger_.Answer(second), Optional(7U));
  EXPECT_THAT(ledger_.Answer(first), Optional(7U));
}

TEST_F(StreamLedgerTest, AnItemIsAnsweredOnce) {
  Add(1);
  const uint64_t number = Send();
  EXPECT_TRUE(ledger_.Answer(number).has_value());
  EXPECT_EQ(ledger_.Answer(number), std::nullopt);
  EXPECT_EQ(ledger_.Answer(number + 1), std::nullopt);
}

TEST_F(StreamLedgerTest, AnItemThatIsNotOutHasNoAnswer) {
  Add(1);
  const uint64_t number = Send();
  ledger_.Recall(number);
  EXPECT_EQ(ledger_.Answer(number), std::nullopt);
}

TEST_F(StreamLedgerTest, AnItemTakesAPlaceUntilItsAnswerIsTaken) {
  for (uint64_t id = 0; id < 4; ++id) Add(id);
  EXPECT_FALSE(ledger_.HasRoom(1));
  ledger_.Answer(Send());
  EXPECT_FALSE(ledger_.HasRoom(1));
  ledger_.OnAnswersTaken(1);
  EXPECT_TRUE(ledger_.HasRoom(1));
}

TEST_F(StreamLedgerTest, AnItemTakesItsBytesUntilItIsAnswered) {
  Add(1, 60);
  EXPECT_TRUE(ledger_.HasRoom(40));
  EXPECT_FALSE(ledger_.HasRoom(41));
  ledger_.Answer(Send());
  EXPECT_TRUE(ledger_.HasRoom(100));
}

TEST_F(StreamLedgerTest, OneItemAloneMayHaveMoreBytes) {
  EXPECT_TRUE(ledger_.HasRoom(1000));
  Add(1, 1000);
  EXPECT_FALSE(ledger_.HasRoom(1));
}

TEST_F(StreamLedgerTest, ABreakPutsBackInOrderBeforeThoseThatWait) {
  for (uint64_t id = 1; id <= 4; ++id) Add(id);
  Send();
  const uint64_t second = Send();
  Send();
  ledger_.Answer(second);
  EXPECT_THAT(ledger_.RecallAll(/*counts=*/true), IsEmpty());
  EXPECT_EQ(ledger_.SendNext()->text(), "1");
  EXPECT_EQ(ledger_.SendNext()->text(), "3");
  EXPECT_EQ(ledger_.SendNext()->text(), "4");
  EXPECT_EQ(ledger_.resent(), 2U);
}

TEST_F(StreamLedgerTest, BreaksThatCountEndAnItemAfterItsLastSend) {
  Add(9, 50);
  for (int i = 1; i <= 3; ++i) {
    EXPECT_FALSE(ledger_.IsSpent(1));
    Send();
    if (i < 3) {
      EXPECT_THAT(ledger_.RecallAll(/*counts=*/true), IsEmpty());
    }
  }
  EXPECT_TRUE(ledger_.IsSpent(1));
  EXPECT_THAT(ledger_.RecallAll(/*counts=*/true), ElementsAre(9U));
  EXPECT_EQ(ledger_.unanswered(), 0U);
  EXPECT_TRUE(ledger_.HasRoom(100));
}

TEST_F(StreamLedgerTest, BreaksThatDoNotCountEndNothing) {
  Add(9);
  for (int i = 0; i < 20; ++i) {
    Send();
    EXPECT_THAT(ledger_.RecallAll(/*counts=*/false), IsEmpty());
  }
  EXPECT_EQ(ledger_.resent(), 19U);
}

TEST_F(StreamLedgerTest, EndAllEndsWhatIsOutAndWhatWaits) {
  for (uint64_t id = 1; id <= 3; ++id) Add(id);
  Send();
  EXPECT_THAT(ledger_.EndAll(), UnorderedElementsAre(1U, 2U, 3U));
  EXPECT_EQ(ledger_.unanswered(), 0U);
  EXPECT_FALSE(ledger_.has_waiting());
}

TEST_F(StreamLedgerTest, AMessageOutlivesAnAnswerThatOvertakesItsWrite) {
  Add(1);
  const auto message = ledger_.SendNext();
  ledger_.Answer(message->id());
  EXPECT_EQ(message->text(), "1");
}

}  // namespace
}  // namespace clip::client
