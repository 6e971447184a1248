#include "tests/client/fake_clip_server.h"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace clip::client {
namespace {

constexpr int kDimensions = 4;
constexpr float kLogitScale = 10;

grpc::Status WithDetail(grpc::StatusCode code, const std::string& message,
                        const google::protobuf::Message& detail) {
  google::rpc::Status rich;
  rich.set_code(code);
  rich.set_message(message);
  rich.add_details()->PackFrom(detail);
  return grpc::Status(code, message, rich.SerializeAsString());
}

int AxisOf(const std::string& content) {
  return content.empty() ? 0
                         : static_cast<unsigned char>(content[0]) % kDimensions;
}

void FillEmbedding(const std::string& content, v1::Embedding* embedding) {
  embedding->set_format(v1::FLOAT32);
  for (int i = 0; i < kDimensions; ++i) {
    embedding->add_values(i == AxisOf(content) ? 1.0F : 0.0F);
  }
}

void FillVersion(v1::ModelVersion* version) {
  version->set_name("toy");
  version->set_checkpoint_sha256(std::string(64, 'a'));
}

float Dot(const v1::Embedding& a, const v1::Embedding& b) {
  float sum = 0;
  for (int i = 0; i < a.values_size(); ++i) sum += a.values(i) * b.values(i);
  return sum;
}

// The rows of one side of a Similarity request, however it is given.
template <typename Contents, typename Embeddings>
std::vector<v1::Embedding> RowsOf(const Contents& contents,
                                  const Embeddings& embeddings) {
  std::vector<v1::Embedding> rows(embeddings.begin(), embeddings.end());
  for (const std::string& content : contents) {
    FillEmbedding(content, &rows.emplace_back());
  }
  return rows;
}

std::vector<std::string> FilesOf(
    const google::protobuf::RepeatedPtrField<v1::Image>& images) {
  std::vector<std::string> files;
  for (const v1::Image& image : images) files.push_back(image.encoded());
  return files;
}

std::string ContentOf(const v1::EncodeRequest& item) {
  if (item.has_image()) return item.image().encoded();
  if (item.has_token_ids()) {
    return std::string(1, static_cast<char>(item.token_ids().ids(0)));
  }
  return item.text();
}

std::string PriorityOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find("x-clip-priority");
  if (found == context.client_metadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

}  // namespace

grpc::Status BadItemStatus(const std::string& path, const std::string& reason) {
  google::rpc::BadRequest detail;
  auto* violation = detail.add_field_violations();
  violation->set_field(path);
  violation->set_description(reason);
  return WithDetail(grpc::StatusCode::INVALID_ARGUMENT, path + ": " + reason,
                    detail);
}

grpc::Status FullStatus(int retry_after_milliseconds) {
  google::rpc::RetryInfo detail;
  detail.mutable_retry_delay()->set_seconds(retry_after_milliseconds / 1000);
  detail.mutable_retry_delay()->set_nanos(retry_after_milliseconds % 1000 *
                                          1'000'000);
  return WithDetail(grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full",
                    detail);
}

FakeClipServer::FakeClipServer() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
}

FakeClipServer::~FakeClipServer() {
  server_->Shutdown(std::chrono::system_clock::now());
}

void FakeClipServer::Script(std::deque<ScriptedAnswer> answers) {
  MutexLock lock(mutex_);
  script_ = std::move(answers);
}

void FakeClipServer::Refuse(const std::string& content) {
  MutexLock lock(mutex_);
  refused_.push_back(content);
}

void FakeClipServer::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void FakeClipServer::SetLogitBias(float bias) {
  MutexLock lock(mutex_);
  logit_bias_ = bias;
}

std::vector<std::string> FakeClipServer::methods() const {
  MutexLock lock(mutex_);
  return methods_;
}

std::vector<std::vector<std::string>> FakeClipServer::batches() const {
  MutexLock lock(mutex_);
  return batches_;
}

std::vector<std::pair<int, int>> FakeClipServer::similarity_shapes() const {
  MutexLock lock(mutex_);
  return shapes_;
}

v1::EmbeddingOptions FakeClipServer::last_options() const {
  MutexLock lock(mutex_);
  return last_options_;
}

std::string FakeClipServer::last_model() const {
  MutexLock lock(mutex_);
  return last_model_;
}

std::vector<std::string> FakeClipServer::priorities() const {
  MutexLock lock(mutex_);
  return priorities_;
}

int FakeClipServer::most_in_flight() const {
  MutexLock lock(mutex_);
  return most_in_flight_;
}

void FakeClipServer::AwaitCalls(size_t count) {
  MutexLock lock(mutex_);
  while (methods_.size() < count) mutex_.Wait(called_);
}

ScriptedAnswer FakeClipServer::Enter(const std::string& method,
                                     grpc::ServerContext* context) {
  ScriptedAnswer answer;
  {
    MutexLock lock(mutex_);
    methods_.push_back(method);
    priorities_.push_back(PriorityOf(*context));
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    if (!script_.empty()) {
      answer = script_.front();
      script_.pop_front();
    }
  }
  called_.notify_all();
  if (answer.gate != nullptr) answer.gate->Wait();
  if (answer.pushback.has_value()) {
    context->AddTrailingMetadata("grpc-retry-pushback-ms", *answer.pushback);
  }
  return answer;
}

void FakeClipServer::Leave() {
  MutexLock lock(mutex_);
  --in_flight_;
}

grpc::Status FakeClipServer::CheckItems(const std::string& field,
                                        const std::vector<std::string>& items) {
  {
    MutexLock lock(mutex_);
    batches_.push_back(items);
  }
  for (size_t i = 0; i < items.size(); ++i) {
    if (IsRefused(items[i])) {
      return BadItemStatus(field + "[" + std::to_string(i) + "]", "refused");
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::EncodeImage(grpc::ServerContext* context,
                                         const v1::EncodeImageRequest* request,
                                         v1::EncodeImageResponse* response) {
  const ScriptedAnswer answer = Enter("EncodeImage", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  const std::vector<std::string> files = FilesOf(request->images());
  grpc::Status status = CheckItems("images", files);
  if (!status.ok()) return status;
  for (const std::string& file : files) {
    FillEmbedding(file, response->add_embeddings());
  }
  if (answer.drop_one) response->mutable_embeddings()->RemoveLast();
  FillVersion(response->mutable_model());
  response->mutable_timing()->set_total_seconds(0.25);
  MutexLock lock(mutex_);
  last_options_ = request->options();
  last_model_ = request->model();
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::EncodeText(grpc::ServerContext* context,
                                        const v1::EncodeTextRequest* request,
                                        v1::EncodeTextResponse* response) {
  const ScriptedAnswer answer = Enter("EncodeText", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  const std::vector<std::string> texts(request->texts().begin(),
                                       request->texts().end());
  grpc::Status status = CheckItems("texts", texts);
  if (!status.ok()) return status;
  for (const std::string& text : texts) {
    FillEmbedding(text, response->add_embeddings());
    response->add_token_count(static_cast<uint32_t>(text.size()));
    response->add_truncated(text.size() > 20);
  }
  FillVersion(response->mutable_model());
  MutexLock lock(mutex_);
  last_options_ = request->options();
  last_model_ = request->model();
  return grpc::Status::OK;
}

void FakeClipServer::ScriptStreams(std::deque<ScriptedStream> streams) {
  MutexLock lock(mutex_);
  stream_script_ = std::move(streams);
}

std::vector<std::vector<v1::EncodeRequest>> FakeClipServer::streams() const {
  MutexLock lock(mutex_);
  return streams_;
}

void FakeClipServer::AwaitItems(size_t count) {
  MutexLock lock(mutex_);
  while (streams_.empty() || streams_.back().size() < count) {
    mutex_.Wait(called_);
  }
}

ScriptedStream FakeClipServer::NextStream() {
  MutexLock lock(mutex_);
  streams_.emplace_back();
  if (stream_script_.empty()) return {};
  ScriptedStream script = stream_script_.front();
  stream_script_.pop_front();
  return script;
}

void FakeClipServer::NoteItem(size_t stream, const v1::EncodeRequest& item) {
  MutexLock lock(mutex_);
  streams_[stream].push_back(item);
  if (item.has_options()) {
    last_options_ = item.options();
    last_model_ = item.model();
  }
  called_.notify_all();
}

bool FakeClipServer::IsRefused(const std::string& content) {
  MutexLock lock(mutex_);
  return std::find(refused_.begin(), refused_.end(), content) != refused_.end();
}

v1::EncodeResponse FakeClipServer::AnswerTo(const v1::EncodeRequest& item,
                                            const ScriptedStream& script) {
  const std::string content = ContentOf(item);
  v1::EncodeResponse answer;
  answer.set_id(item.id());
  if (IsRefused(content)) {
    const grpc::Status status = BadItemStatus("text", "refused");
    answer.mutable_status()->ParseFromString(status.error_details());
  } else if (!content.empty() && content == script.given_back) {
    answer.mutable_status()->set_code(grpc::StatusCode::UNAVAILABLE);
  } else {
    FillEmbedding(content, answer.mutable_embedding());
    answer.set_token_count(static_cast<uint32_t>(content.size()));
  }
  return answer;
}

grpc::Status FakeClipServer::EncodeStream(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::EncodeResponse, v1::EncodeRequest>* stream) {
  Enter("EncodeStream", context);
  Leave();
  const ScriptedStream script = NextStream();
  const size_t index = streams().size() - 1;
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
      NoteItem(index, item);
      items.push_back(item);
    }
    if (answers == 0 && script.gate != nullptr) script.gate->Wait();
    for (auto next = items.rbegin(); next != items.rend() && !is_over();
         ++next) {
      const std::string content = ContentOf(*next);
      if (!script.ignored.empty() && content == script.ignored) continue;
      v1::EncodeResponse answer = AnswerTo(*next, script);
      if (answers++ == 0) {
        FillVersion(answer.mutable_model());
        answer.mutable_model()->set_checkpoint_sha256(
            std::string(64, script.checksum));
      }
      const bool twice = !content.empty() && content == script.answered_twice;
      for (int i = 0; i < (twice ? 2 : 1); ++i) stream->Write(answer);
    }
  }
  return is_over() ? script.status : grpc::Status::OK;
}

grpc::Status FakeClipServer::Similarity(grpc::ServerContext* context,
                                        const v1::SimilarityRequest* request,
                                        v1::SimilarityResponse* response) {
  const ScriptedAnswer answer = Enter("Similarity", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  const std::vector<v1::Embedding> images =
      RowsOf(FilesOf(request->images()), request->image_embeddings());
  std::vector<v1::Embedding> texts =
      RowsOf(request->texts(), request->text_embeddings());
  MutexLock lock(mutex_);
  if (!request->label_set().empty()) {
    const auto found = label_sets_.find(request->label_set());
    if (found == label_sets_.end()) {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such label set");
    }
    *response->mutable_labels() = found->second.labels();
    texts = RowsOf(found->second.labels(), request->text_embeddings());
  }
  response->set_rows(static_cast<uint32_t>(images.size()));
  response->set_columns(static_cast<uint32_t>(texts.size()));
  response->set_logit_scale(kLogitScale);
  if (logit_bias_.has_value()) response->set_logit_bias(*logit_bias_);
  for (const v1::Embedding& image : images) {
    for (const v1::Embedding& text : texts) {
      response->add_logits(kLogitScale * Dot(image, text) +
                           logit_bias_.value_or(0));
      // Wrong on purpose: nobody should take one call's for those of a table.
      response->add_probabilities(-1);
    }
  }
  FillVersion(response->mutable_model());
  shapes_.emplace_back(images.size(), texts.size());
  return grpc::Status::OK;
}

v1::ModelInfo FakeClipServer::Info() const {
  v1::ModelInfo info;
  info.set_name("toy");
  info.set_architecture("CLIP(Toy, Toy)");
  info.set_embed_dim(kDimensions);
  info.set_image_width(224);
  info.set_image_height(224);
  info.set_context_length(77);
  info.set_vocab_size(49408);
  for (const float mean : {0.5F, 0.25F, 0.125F}) {
    info.mutable_preprocessing()->add_mean(mean);
    info.mutable_preprocessing()->add_std(2 * mean);
  }
  info.mutable_preprocessing()->set_interpolation("bicubic");
  info.mutable_preprocessing()->set_resize_mode("shortest");
  info.set_dtype("float32");
  info.set_device("cpu");
  info.set_checkpoint_sha256(std::string(64, 'a'));
  info.set_logit_scale(kLogitScale);
  MutexLock lock(mutex_);
  if (logit_bias_.has_value()) info.set_logit_bias(*logit_bias_);
  return info;
}

grpc::Status FakeClipServer::ListModels(
    grpc::ServerContext* context, const v1::ListModelsRequest* /*request*/,
    v1::ListModelsResponse* response) {
  const ScriptedAnswer answer = Enter("ListModels", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  *response->add_models() = Info();
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::GetModel(grpc::ServerContext* context,
                                      const v1::GetModelRequest* request,
                                      v1::GetModelResponse* response) {
  const ScriptedAnswer answer = Enter("GetModel", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  if (!request->model().empty() && request->model() != "toy") {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such model");
  }
  *response->mutable_model() = Info();
  return grpc::Status::OK;
}

v1::PutLabelSetRequest FakeClipServer::last_put() const {
  MutexLock lock(mutex_);
  return last_put_;
}

grpc::Status FakeClipServer::PutLabelSet(grpc::ServerContext* context,
                                         const v1::PutLabelSetRequest* request,
                                         v1::PutLabelSetResponse* response) {
  const ScriptedAnswer answer = Enter("PutLabelSet", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  v1::LabelSet& set = *response->mutable_label_set();
  set.set_name(request->name());
  *set.mutable_labels() = request->labels();
  set.set_template_count(7);
  FillVersion(set.mutable_model());
  MutexLock lock(mutex_);
  last_put_ = *request;
  label_sets_[set.name()] = set;
  if (answer.drop_one) set.mutable_labels()->RemoveLast();
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::ListLabelSets(
    grpc::ServerContext* context, const v1::ListLabelSetsRequest* /*request*/,
    v1::ListLabelSetsResponse* response) {
  const ScriptedAnswer answer = Enter("ListLabelSets", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  MutexLock lock(mutex_);
  for (const auto& [name, set] : label_sets_) {
    *response->add_label_sets() = set;
  }
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::DeleteLabelSet(
    grpc::ServerContext* context, const v1::DeleteLabelSetRequest* request,
    v1::DeleteLabelSetResponse* /*response*/) {
  const ScriptedAnswer answer = Enter("DeleteLabelSet", context);
  Leave();
  if (!answer.status.ok()) return answer.status;
  MutexLock lock(mutex_);
  if (label_sets_.erase(request->name()) > 0) return grpc::Status::OK;
  return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such label set");
}

}  // namespace clip::client
