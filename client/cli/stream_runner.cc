#include "client/cli/stream_runner.h"

#include <chrono>
#include <utility>

namespace clip::client {
namespace {

// How often an interruption is looked for while nothing happens.
constexpr std::chrono::milliseconds kLookInterval(100);
// Answers may overtake so many windows of items before sending stops.
constexpr size_t kWindowsPending = 2;

}  // namespace

StreamRunner::StreamRunner(ClipClient* client, StreamRunOptions options,
                           ItemSource* source, RowSink* sink,
                           std::function<bool()> interrupted)
    : client_(client),
      options_(std::move(options)),
      source_(source),
      sink_(sink),
      interrupted_(std::move(interrupted)),
      most_pending_(kWindowsPending * options_.streams *
                    options_.stream.max_items) {}

StreamRunSummary StreamRunner::Run() {
  summary_.status = OpenStreams();
  while (!ShouldStop() && Step()) Deliver();
  for (const auto& stream : streams_) stream->Close();
  while (!ShouldStop() && !pending_.empty()) {
    WaitForAnswer();
    Deliver();
  }
  EndStreams();
  return summary_;
}

absl::Status StreamRunner::OpenStreams() {
  for (size_t i = 0; i < options_.streams; ++i) {
    auto stream = client_->OpenStream(
        options_.stream, [this](uint64_t id, absl::StatusOr<StreamReply> got) {
          MutexLock lock(mutex_);
          arrived_.emplace_back(id, std::move(got));
          arrived_changed_.notify_all();
        });
    if (!stream.ok()) return stream.status();
    streams_.push_back(*std::move(stream));
  }
  return absl::OkStatus();
}

bool StreamRunner::Step() {
  if (held_.has_value()) {
    if (Send(*held_)) {
      held_.reset();
    } else {
      WaitForAnswer();
    }
    return true;
  }
  if (pending_.size() >= most_pending_ || !source_->IsReady()) {
    WaitForAnswer();
    return true;
  }
  std::optional<SourceItem> item = source_->Next();
  if (!item.has_value()) return false;
  Pending& pending = pending_.emplace_back();
  pending.name = std::move(item->name);
  if (!item->content.ok()) {
    pending.reply = item->content.status();
    return true;
  }
  held_.emplace();
  held_->id = first_ + pending_.size() - 1;
  if (options_.are_texts) {
    held_->content = *std::move(item->content);
  } else {
    held_->content = EncodedImage{*std::move(item->content)};
  }
  return true;
}

bool StreamRunner::Send(StreamItem& item) {
  const uint64_t index = item.id - first_;
  for (size_t i = 0; i < streams_.size(); ++i) {
    const size_t stream = (item.id + i) % streams_.size();
    pending_[index].stream = stream;
    const absl::StatusOr<bool> taken =
        streams_[stream]->Write(std::move(item), absl::InfinitePast());
    if (!taken.ok()) Stop(taken.status());
    if (!taken.ok() || *taken) return taken.ok();
  }
  return false;
}

void StreamRunner::WaitForAnswer() {
  MutexLock lock(mutex_);
  if (!arrived_.empty()) return;
  mutex_.WaitUntil(arrived_changed_,
                   std::chrono::steady_clock::now() + kLookInterval);
}

void StreamRunner::TakeArrived() {
  std::vector<std::pair<uint64_t, absl::StatusOr<StreamReply>>> arrived;
  {
    MutexLock lock(mutex_);
    arrived.swap(arrived_);
  }
  for (auto& [id, reply] : arrived) {
    pending_[id - first_].reply = std::move(reply);
  }
}

void StreamRunner::Deliver() {
  TakeArrived();
  while (summary_.status.ok() && !pending_.empty() &&
         pending_.front().reply.has_value()) {
    if (IsLeftOut(pending_.front())) {
      return Stop(pending_.front().reply->status());
    }
    Pending next = std::move(pending_.front());
    pending_.pop_front();
    ++first_;
    DeliverOne(std::move(next));
  }
}

bool StreamRunner::IsLeftOut(const Pending& pending) const {
  if (!pending.reply.has_value()) return true;
  const absl::Status& status = pending.reply->status();
  return !status.ok() && streams_[pending.stream]->end() == status;
}

void StreamRunner::DeliverOne(Pending pending) {
  absl::StatusOr<StreamReply>& reply = *pending.reply;
  if (!reply.ok()) {
    ++summary_.failed;
    const absl::Status noted = sink_->Fail(pending.name, reply.status());
    if (!noted.ok()) {
      output_broke_ = true;
      Stop(noted);
    }
    return;
  }
  const absl::Status added = sink_->Add(
      pending.name,
      Row{std::move(reply->embedding), reply->token_count, reply->truncated},
      streams_[pending.stream]->model().value_or(ModelVersion()));
  if (!added.ok()) {
    ++summary_.left_out;
    output_broke_ = true;
    return Stop(added);
  }
  ++summary_.answered;
}

bool StreamRunner::ShouldStop() {
  if (!summary_.interrupted && interrupted_()) summary_.interrupted = true;
  return summary_.interrupted || !summary_.status.ok();
}

void StreamRunner::Stop(const absl::Status& why) {
  if (summary_.status.ok()) summary_.status = why;
}

void StreamRunner::EndStreams() {
  for (const auto& stream : streams_) {
    if (ShouldStop()) stream->Cancel();
    const absl::Status end = stream->Finish();
    if (!ShouldStop()) Stop(end);
    summary_.counts.streams += stream->counts().streams;
    summary_.counts.resent += stream->counts().resent;
  }
  TakeArrived();
  for (Pending& pending : pending_) {
    if (output_broke_ || IsLeftOut(pending)) {
      ++summary_.left_out;
    } else {
      DeliverOne(std::move(pending));
    }
  }
  pending_.clear();
}

}  // namespace clip::client
