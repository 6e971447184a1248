#include "server/pipeline/call_line.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clip::server {
namespace {

using batching::Priority;

class CallLineTest : public ::testing::Test {
 protected:
  // A text as the only item tells the calls apart; a literal, which lives on.
  static ArrivedCall Call(std::string_view name,
                          Priority priority = Priority::kBulk) {
    ArrivedCall call;
    call.items.push_back(TextString{name});
    call.options.priority = priority;
    call.options.on_admitted = [] {};
    return call;
  }

  AdmissionResult Ask(const ArrivedCall& call) {
    const std::string name(std::get<TextString>(call.items[0]).text);
    asked_.push_back(name);
    if (name == dead_) {
      return AdmissionRefusal{RejectReason::kCancelled, absl::ZeroDuration()};
    }
    if (room_ == 0) {
      return AdmissionRefusal{RejectReason::kQueueFull, absl::Seconds(1)};
    }
    --room_;
    return AdmissionPermit();
  }

  static std::string NameOf(const CallLine::Outcome& outcome) {
    return std::string(std::get<TextString>(outcome.call.items[0]).text);
  }
  static bool IsAdmitted(const CallLine::Outcome& outcome) {
    return std::holds_alternative<AdmissionPermit>(outcome.result);
  }
  static std::vector<std::string> Names(
      const std::vector<CallLine::Outcome>& outcomes) {
    std::vector<std::string> names;
    for (const auto& outcome : outcomes) names.push_back(NameOf(outcome));
    return names;
  }

  int room_ = 0;
  std::string dead_ = "nobody";
  std::vector<std::string> asked_;
  CallLine line_{[this](const ArrivedCall& call) { return Ask(call); }};
};

using Strings = std::vector<std::string>;

TEST_F(CallLineTest, LetsACallPassWhereThereIsRoom) {
  room_ = 1;
  const auto outcome = line_.Enter(Call("a"));
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(IsAdmitted(*outcome));
}

TEST_F(CallLineTest, ACallThatDoesNotWaitIsRefusedAtOnce) {
  EXPECT_FALSE(line_.Enter(Call("waits")));
  ArrivedCall call = Call("a");
  call.options.on_admitted = nullptr;
  const auto outcome = line_.Enter(std::move(call));
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(IsAdmitted(*outcome));
}

TEST_F(CallLineTest, LetsCallsInInTheOrderOfTheirArrival) {
  EXPECT_FALSE(line_.Enter(Call("a")));
  EXPECT_FALSE(line_.Enter(Call("b")));
  room_ = 1;
  // There is room, but not for one that has just come.
  EXPECT_FALSE(line_.Enter(Call("c")));
  EXPECT_EQ(Names(line_.Advance()), Strings{"a"});
  EXPECT_TRUE(line_.Advance().empty());
  room_ = 2;
  EXPECT_EQ(Names(line_.Advance()), (Strings{"b", "c"}));
}

TEST_F(CallLineTest, TheLineOfOnePriorityDoesNotHoldUpTheOther) {
  EXPECT_FALSE(line_.Enter(Call("bulk")));
  room_ = 1;
  EXPECT_TRUE(line_.Enter(Call("person", Priority::kInteractive)));
}

TEST_F(CallLineTest, ACallThatNobodyWantsLeavesAtTheHead) {
  EXPECT_FALSE(line_.Enter(Call("a")));
  EXPECT_FALSE(line_.Enter(Call("b")));
  dead_ = "a";
  room_ = 1;
  const auto outcomes = line_.Advance();
  ASSERT_EQ(Names(outcomes), (Strings{"a", "b"}));
  EXPECT_FALSE(IsAdmitted(outcomes[0]));
  EXPECT_TRUE(IsAdmitted(outcomes[1]));
}

TEST_F(CallLineTest, CloseRefusesThoseThatWaitAndThoseThatCome) {
  EXPECT_FALSE(line_.Enter(Call("a")));
  const auto outcomes = line_.Close();
  ASSERT_EQ(Names(outcomes), Strings{"a"});
  EXPECT_EQ(std::get<AdmissionRefusal>(outcomes[0].result).reason,
            RejectReason::kDraining);
  room_ = 1;
  const auto late = line_.Enter(Call("b"));
  ASSERT_TRUE(late);
  EXPECT_FALSE(IsAdmitted(*late));
  EXPECT_TRUE(line_.Advance().empty());
}

}  // namespace
}  // namespace clip::server
