#include "client/stream_session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/grpc_status.h"
#include "client/message_conversion.h"
#include "client/retry_advice.h"
#include "client/stream_item_check.h"

namespace clip::client {
namespace {

// The longest single wait for room: far, and still within the clock's range.
constexpr absl::Duration kLongestWait = absl::Hours(24);

// Answers that are given before the room they leave is told to the writers, who
// would wake for every single one.
constexpr size_t kAnswersAtOnce = 32;

std::chrono::steady_clock::time_point SteadyTime(absl::Time until) {
  return std::chrono::steady_clock::now() +
         absl::ToChronoNanoseconds(std::min(until - absl::Now(), kLongestWait));
}

absl::StatusOr<StreamReply> ResultOf(v1::EncodeResponse reply) {
  const absl::Status status = FromRpcStatus(reply.status());
  if (!status.ok()) return status;
  if (!reply.has_embedding()) {
    return absl::InternalError(
        "the server answered with neither an embedding nor a status");
  }
  return FromMessage(std::move(reply));
}

bool IsRetryable(absl::StatusCode code) {
  FailedAttempt failure;
  failure.code = code;
  return RetryPolicy::IsRetryable(failure);
}

}  // namespace

StreamSession::StreamSession(std::shared_ptr<v1::ClipService::Stub> stub,
                             Environment environment, Settings settings,
                             EncodeStream::Answer answer)
    : environment_(std::move(environment)),
      settings_(std::move(settings)),
      answer_(std::move(answer)),
      timer_(environment_.clock->NewTimer()),
      stub_(std::move(stub)),
      ledger_(settings_.limits) {}

void StreamSession::Start() {
  // Stop joins the thread before the last reference goes.
  giver_ = std::thread([this] { GiveAnswers(); });
}

void StreamSession::Stop() {
  Cancel();
  giver_.join();
  // Here and not with this object, which a thread of gRPC may let go last: that
  // thread must not destroy the channel, for which it would join itself. And
  // not under the lock, for which the thread that is joined may wait.
  std::shared_ptr<v1::ClipService::Stub> stub;
  MutexLock lock(mutex_);
  stub = std::move(stub_);
}

absl::StatusOr<bool> StreamSession::Write(StreamItem&& item, absl::Time until) {
  const size_t bytes = SizeOf(item);
  absl::Status valid = CheckItem(item, settings_.max_item_bytes);
  MutexLock lock(mutex_);
  while (!end_.has_value() && !closed_ && !ledger_.HasRoom(bytes)) {
    if (absl::Now() >= until) return false;
    mutex_.WaitUntil(changed_, SteadyTime(until));
  }
  if (closed_) return absl::FailedPreconditionError("the stream is closed");
  if (end_.has_value()) return *end_;
  if (valid.ok()) {
    ledger_.Add(ToMessage(std::move(item)), bytes);
    Advance();
  } else {
    ledger_.AddAnswered();
    Push(item.id, std::move(valid));
  }
  return true;
}

void StreamSession::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  Advance();
  changed_.notify_all();
}

absl::Status StreamSession::Finish() {
  Close();
  MutexLock lock(mutex_);
  while (!answers_given_) mutex_.Wait(changed_);
  return *end_;
}

void StreamSession::Cancel() {
  Abort(absl::CancelledError("the caller cancelled the stream"));
}

std::optional<absl::Status> StreamSession::end() const {
  MutexLock lock(mutex_);
  return end_;
}

std::optional<ModelVersion> StreamSession::model() const {
  MutexLock lock(mutex_);
  return model_;
}

StreamCounts StreamSession::counts() const {
  MutexLock lock(mutex_);
  return {streams_, ledger_.resent()};
}

void StreamSession::Advance() {
  if (end_.has_value()) return;
  if (attempt_ == nullptr) {
    if (waiting_) return;
    if (ledger_.has_waiting()) {
      OpenAttempt();
    } else if (closed_) {
      EndWith(absl::OkStatus());
      return;
    }
  }
  if (attempt_ == nullptr || replies_ended_ || attempt_->is_writing() ||
      attempt_->has_ended_writes()) {
    return;
  }
  if (ledger_.has_waiting()) {
    std::shared_ptr<const v1::EncodeRequest> item = ledger_.SendNext();
    attempt_->Write(std::move(item), /*more_follow=*/ledger_.has_waiting());
  } else if (closed_ && ledger_.unanswered() == 0) {
    // Not before: an item may come back from the server to be sent again.
    attempt_->EndWrites();
  }
}

void StreamSession::OpenAttempt() {
  replies_ended_ = false;
  has_progress_ = false;
  ++streams_;
  attempt_ =
      std::make_unique<StreamAttempt>(settings_.attempt, shared_from_this());
  attempt_->Start(stub_.get());
}

void StreamSession::OnWritten(bool ok) {
  MutexLock lock(mutex_);
  attempt_->ReleaseItem();
  // Where it is not, the end of the call is near and tells why.
  if (ok) Advance();
}

void StreamSession::OnRepliesEnd() {
  MutexLock lock(mutex_);
  replies_ended_ = true;
}

void StreamSession::OnReply(v1::EncodeResponse reply) {
  absl::Status status;
  {
    MutexLock lock(mutex_);
    if (end_.has_value()) return;
    status = TakeReply(std::move(reply));
    Advance();
  }
  if (!status.ok()) Abort(std::move(status));
}

absl::Status StreamSession::TakeReply(v1::EncodeResponse reply) {
  if (reply.has_model()) {
    absl::Status checked = CheckModel(reply.model());
    if (!checked.ok()) return checked;
  }
  const uint64_t number = reply.id();
  absl::StatusOr<StreamReply> result = ResultOf(std::move(reply));
  if (IsRetryable(result.status().code()) && !ledger_.IsSpent(number)) {
    // The end of the server's stream has overtaken the item.
    ledger_.Recall(number);
    return absl::OkStatus();
  }
  const std::optional<uint64_t> id = ledger_.Answer(number);
  if (!id.has_value()) {
    return absl::InternalError("the server answered an item that is not out");
  }
  has_progress_ = true;
  Push(*id, std::move(result));
  return absl::OkStatus();
}

absl::Status StreamSession::CheckModel(const v1::ModelVersion& version) {
  ModelVersion model = FromMessage(version);
  if (model_.has_value() &&
      model_->checkpoint_sha256 != model.checkpoint_sha256) {
    return absl::FailedPreconditionError(absl::StrCat(
        "after a break another server answered with the weights ",
        model.checkpoint_sha256, " in place of ", model_->checkpoint_sha256));
  }
  model_ = std::move(model);
  return absl::OkStatus();
}

void StreamSession::OnEnd(const grpc::Status& status) {
  const absl::Status error = FromGrpcStatus(status);
  std::unique_ptr<StreamAttempt> ended;
  std::optional<absl::Duration> delay;
  {
    MutexLock lock(mutex_);
    ended = std::move(attempt_);
    const auto advice = ReadRetryAdvice(ended->pushback(), error);
    // Before the end is told: its context refers to the channel, whose last
    // reference must not go on a thread of gRPC.
    ended.reset();
    delay = AfterAttempt(error, advice);
    waiting_ = delay.has_value();
    if (!waiting_) Advance();
    changed_.notify_all();
  }
  if (!delay.has_value()) return;
  timer_->Set(*delay, [self = shared_from_this()] { self->OnWaited(); });
  // An end that came before Set found no wait to end.
  if (end().has_value()) timer_->Cancel();
}

std::optional<absl::Duration> StreamSession::AfterAttempt(
    absl::Status status, std::optional<RetryAdvice> advice) {
  if (end_.has_value() || ledger_.unanswered() == 0) return std::nullopt;
  if (status.ok()) {
    status = absl::UnavailableError(
        absl::StrCat("the server ended the stream before ",
                     ledger_.unanswered(), " items had an answer"));
  }
  failures_ = has_progress_ ? 1 : failures_ + 1;
  FailedAttempt failure;
  failure.attempt = failures_;
  failure.code = status.code();
  failure.advice = advice;
  failure.time_left = settings_.attempt.deadline - environment_.clock->Now();
  const std::optional<absl::Duration> delay =
      settings_.policy.DelayBeforeRetry(failure, environment_.random());
  if (!delay.has_value()) {
    EndWith(std::move(status));
    return std::nullopt;
  }
  for (const uint64_t id : ledger_.RecallAll(/*counts=*/has_progress_)) {
    Push(id, status);
  }
  return delay;
}

void StreamSession::OnWaited() {
  MutexLock lock(mutex_);
  waiting_ = false;
  Advance();
  changed_.notify_all();
}

void StreamSession::Push(uint64_t id, absl::StatusOr<StreamReply> reply) {
  answers_.push_back({id, std::move(reply)});
  changed_.notify_all();
}

bool StreamSession::EndWith(absl::Status status) {
  if (end_.has_value()) return false;
  for (const uint64_t id : ledger_.EndAll()) Push(id, status);
  end_ = std::move(status);
  changed_.notify_all();
  return true;
}

void StreamSession::Abort(absl::Status status) {
  {
    MutexLock lock(mutex_);
    if (!EndWith(std::move(status))) return;
    if (attempt_ != nullptr) attempt_->Cancel();
  }
  // Wakes OnWaited, which takes the lock.
  timer_->Cancel();
}

bool StreamSession::IsOver() const {
  return end_.has_value() && attempt_ == nullptr && !waiting_;
}

void StreamSession::GiveAnswers() {
  MutexLock lock(mutex_);
  while (!IsOver() || !answers_.empty()) {
    if (answers_.empty()) {
      mutex_.Wait(changed_);
      continue;
    }
    std::vector<Answered> taken;
    while (!answers_.empty() && taken.size() < kAnswersAtOnce) {
      taken.push_back(std::move(answers_.front()));
      answers_.pop_front();
    }
    mutex_.Unlock();
    for (Answered& answered : taken) {
      answer_(answered.id, std::move(answered.reply));
    }
    mutex_.Lock();
    ledger_.OnAnswersTaken(taken.size());
    changed_.notify_all();
  }
  answers_given_ = true;
  changed_.notify_all();
}

}  // namespace clip::client
