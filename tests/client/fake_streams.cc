#include "tests/client/fake_streams.h"

#include "tests/client/fake_statuses.h"
#include "tests/client/toy_model.h"

namespace clip::client {
namespace {

std::string ContentOf(const v1::EncodeRequest& item) {
  if (item.has_image()) return item.image().encoded();
  if (item.has_token_ids()) {
    return std::string(1, static_cast<char>(item.token_ids().ids(0)));
  }
  return item.text();
}

v1::EncodeResponse AnswerTo(const v1::EncodeRequest& item,
                            const ScriptedStream& script, bool refused) {
  const std::string content = ContentOf(item);
  v1::EncodeResponse answer;
  answer.set_id(item.id());
  if (refused) {
    const grpc::Status status = BadItemStatus("text", "refused");
    answer.mutable_status()->ParseFromString(status.error_details());
  } else if (!content.empty() && content == script.given_back) {
    answer.mutable_status()->set_code(grpc::StatusCode::UNAVAILABLE);
  } else {
    FillToyEmbedding(content, answer.mutable_embedding());
    answer.set_token_count(static_cast<uint32_t>(content.size()));
  }
  return answer;
}

}  // namespace

void FakeStreams::Script(std::deque<ScriptedStream> streams) {
  MutexLock lock(mutex_);
  script_ = std::move(streams);
}

std::vector<std::vector<v1::EncodeRequest>> FakeStreams::messages() const {
  MutexLock lock(mutex_);
  return messages_;
}

void FakeStreams::AwaitItems(size_t count) {
  MutexLock lock(mutex_);
  while (messages_.empty() || messages_.back().size() < count) {
    mutex_.Wait(noted_);
  }
}

std::pair<ScriptedStream, size_t> FakeStreams::Begin() {
  MutexLock lock(mutex_);
  const size_t index = messages_.size();
  messages_.emplace_back();
  if (script_.empty()) return {ScriptedStream(), index};
  ScriptedStream script = std::move(script_.front());
  script_.pop_front();
  return {std::move(script), index};
}

void FakeStreams::Note(size_t stream, const v1::EncodeRequest& item) {
  MutexLock lock(mutex_);
  messages_[stream].push_back(item);
  noted_.notify_all();
}

grpc::Status FakeStreams::Play(
    grpc::ServerContext* context, Stream* stream,
    absl::FunctionRef<void(const v1::EncodeRequest&)> on_item,
    absl::FunctionRef<bool(const std::string& content)> is_refused) {
  const auto begun = Begin();
  const ScriptedStream& script = begun.first;
  const size_t index = begun.second;
  if (script.pushback.has_value()) {
    context->AddTrailingMetadata("grpc-retry-pushback-ms", *script.pushback);
  }
  int answers = 0;
  const auto is_over = [&] { return answers == script.answers_before_end; };
  bool more = true;
  while (more && !is_over()) {
    std::vector<v1::EncodeRequest> items;
    const size_t wanted = answers == 0 ? script.read_ahead : 1;
    v1::EncodeRequest item;
    while (items.size() < wanted && (more = stream->Read(&item))) {
      on_item(item);
      Note(index, item);
      items.push_back(item);
    }
    if (answers == 0 && script.gate != nullptr) script.gate->Wait();
    for (auto next = items.rbegin(); next != items.rend() && !is_over();
         ++next) {
      const std::string content = ContentOf(*next);
      if (!script.ignored.empty() && content == script.ignored) continue;
      v1::EncodeResponse answer = AnswerTo(*next, script, is_refused(content));
      if (answers++ == 0) {
        FillToyVersion(answer.mutable_model());
        answer.mutable_model()->set_checkpoint_sha256(
            std::string(64, script.checksum));
      }
      const bool twice = !content.empty() && content == script.answered_twice;
      for (int i = 0; i < (twice ? 2 : 1); ++i) stream->Write(answer);
    }
  }
  return is_over() ? script.status : grpc::Status::OK;
}

}  // namespace clip::client
