#include "client/load/item_stream.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/grpc_status.h"
#include "client/mutex.h"

namespace clip::client::load {

// One EncodeStream call. gRPC owns it: it deletes itself when it is over. All
// that several threads touch is guarded by the mutex of the State.
class ItemStream::Call final
    : public grpc::ClientBidiReactor<v1::EncodeRequest, v1::EncodeResponse> {
 public:
  Call(v1::ClipService::Stub& stub, std::shared_ptr<State> state,
       absl::Time deadline)
      : state_(std::move(state)) {
    context_.set_deadline(absl::ToChronoTime(deadline));
    stub.async()->EncodeStream(&context_, this);
    // Writes begin on other threads than gRPC's.
    AddHold();
    StartRead(&response_);
    StartCall();
  }

  // With the state's mutex held; none after Close or the end of the call.
  void Write(v1::EncodeRequest item) {
    unsent_.push_back(std::move(item));
    WriteNext();
  }
  void Close() {
    is_closing_ = true;
    WriteNext();
  }
  void TryCancel() { context_.TryCancel(); }

  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void WriteNext() {
    if (is_writing_ || is_broken_) return;
    if (!unsent_.empty()) {
      is_writing_ = true;
      request_ = std::move(unsent_.front());
      unsent_.pop_front();
      StartWrite(&request_);
    } else if (is_closing_ && !is_closed_) {
      is_closed_ = true;
      StartWritesDone();
    }
  }

  const std::shared_ptr<State> state_;
  grpc::ClientContext context_;
  v1::EncodeRequest request_;
  v1::EncodeResponse response_;
  std::deque<v1::EncodeRequest> unsent_;
  bool is_writing_ = false;
  bool is_closing_ = false;
  bool is_closed_ = false;
  // It reads no more: nothing may be started any more.
  bool is_broken_ = false;
};

// What the object and its calls share.
struct ItemStream::State {
  struct Item {
    const Call* call;
    Done done;
  };

  // Takes the item out; nothing where it has ended.
  Done Take(uint64_t id) ABSL_LOCKS_EXCLUDED(mutex) {
    MutexLock lock(mutex);
    auto item = in_flight.extract(id);
    return item.empty() ? nullptr : std::move(item.mapped().done);
  }

  Mutex mutex;
  std::condition_variable call_ended;
  std::map<uint64_t, Item> in_flight ABSL_GUARDED_BY(mutex);
  // All that are not over.
  std::vector<Call*> calls ABSL_GUARDED_BY(mutex);
  // Takes the next item; null = a new call does.
  Call* current ABSL_GUARDED_BY(mutex) = nullptr;
  absl::Time current_until ABSL_GUARDED_BY(mutex);
};

void ItemStream::Call::OnWriteDone(bool ok) {
  if (!ok) return;
  MutexLock lock(state_->mutex);
  is_writing_ = false;
  WriteNext();
}

void ItemStream::Call::OnReadDone(bool ok) {
  if (ok) {
    v1::EncodeResponse response = std::move(response_);
    response_.Clear();
    StartRead(&response_);
    const Done done = state_->Take(response.id());
    if (done != nullptr) done(std::move(response));
    return;
  }
  {
    MutexLock lock(state_->mutex);
    is_broken_ = true;
    if (state_->current == this) state_->current = nullptr;
  }
  RemoveHold();
}

void ItemStream::Call::OnDone(const grpc::Status& status) {
  std::vector<Done> unanswered;
  {
    MutexLock lock(state_->mutex);
    for (auto item = state_->in_flight.begin();
         item != state_->in_flight.end();) {
      const auto at = item++;
      if (at->second.call != this) continue;
      unanswered.push_back(std::move(at->second.done));
      state_->in_flight.erase(at);
    }
  }
  const absl::Status why =
      status.ok() ? absl::UnavailableError(
                        "the stream ended without an answer for the item")
                  : FromGrpcStatus(status);
  for (const Done& done : unanswered) done(why);
  const std::shared_ptr<State> state = state_;
  MutexLock lock(state->mutex);
  for (auto call = state->calls.begin(); call != state->calls.end(); ++call) {
    if (*call != this) continue;
    state->calls.erase(call);
    break;
  }
  delete this;
  state->call_ended.notify_all();
}

ItemStream::ItemStream(const std::shared_ptr<grpc::Channel>& channel,
                       std::string model, absl::Duration item_deadline)
    : model_(std::move(model)),
      item_deadline_(item_deadline),
      stub_(v1::ClipService::NewStub(channel)),
      state_(std::make_shared<State>()) {}

ItemStream::~ItemStream() {
  MutexLock lock(state_->mutex);
  state_->current = nullptr;
  for (Call* call : state_->calls) call->TryCancel();
  while (!state_->calls.empty()) state_->mutex.Wait(state_->call_ended);
}

void ItemStream::Send(v1::EncodeRequest item, absl::Time now, Done done) {
  MutexLock lock(state_->mutex);
  if (state_->current != nullptr && now >= state_->current_until) {
    state_->current->Close();
    state_->current = nullptr;
  }
  if (state_->current == nullptr) {
    state_->current_until = now + kCallLength;
    state_->current =
        new Call(*stub_, state_, state_->current_until + item_deadline_);
    state_->calls.push_back(state_->current);
    // Only the first item of a call may name it.
    item.set_model(model_);
  }
  state_->in_flight[item.id()] = {state_->current, std::move(done)};
  state_->current->Write(std::move(item));
}

void ItemStream::Cancel(uint64_t id) {
  const Done done = state_->Take(id);
  if (done != nullptr) done(absl::CancelledError("its caller went away"));
}

}  // namespace clip::client::load
