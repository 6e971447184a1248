#include "tests/client/fake_clip_server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <utility>

#include "tests/client/fake_statuses.h"
#include "tests/client/toy_model.h"

namespace clip::client {
namespace {

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
    FillToyEmbedding(content, &rows.emplace_back());
  }
  return rows;
}

std::vector<std::string> FilesOf(
    const google::protobuf::RepeatedPtrField<v1::Image>& images) {
  std::vector<std::string> files;
  for (const v1::Image& image : images) files.push_back(image.encoded());
  return files;
}

}  // namespace

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

void FakeClipServer::NoteOptions(const v1::EmbeddingOptions& options,
                                 const std::string& model) {
  MutexLock lock(mutex_);
  last_options_ = options;
  last_model_ = model;
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
  const ScriptedAnswer answer = calls_.Enter("EncodeImage", context);
  calls_.Leave();
  if (!answer.status.ok()) return answer.status;
  const std::vector<std::string> files = FilesOf(request->images());
  grpc::Status status = CheckItems("images", files);
  if (!status.ok()) return status;
  for (const std::string& file : files) {
    FillToyEmbedding(file, response->add_embeddings());
  }
  if (answer.drop_one) response->mutable_embeddings()->RemoveLast();
  FillToyVersion(response->mutable_model());
  response->mutable_timing()->set_total_seconds(0.25);
  NoteOptions(request->options(), request->model());
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::EncodeText(grpc::ServerContext* context,
                                        const v1::EncodeTextRequest* request,
                                        v1::EncodeTextResponse* response) {
  const ScriptedAnswer answer = calls_.Enter("EncodeText", context);
  calls_.Leave();
  if (!answer.status.ok()) return answer.status;
  const std::vector<std::string> texts(request->texts().begin(),
                                       request->texts().end());
  grpc::Status status = CheckItems("texts", texts);
  if (!status.ok()) return status;
  for (const std::string& text : texts) {
    FillToyEmbedding(text, response->add_embeddings());
    response->add_token_count(static_cast<uint32_t>(text.size()));
    response->add_truncated(text.size() > 20);
  }
  FillToyVersion(response->mutable_model());
  NoteOptions(request->options(), request->model());
  return grpc::Status::OK;
}

bool FakeClipServer::IsRefused(const std::string& content) {
  MutexLock lock(mutex_);
  return std::find(refused_.begin(), refused_.end(), content) != refused_.end();
}

grpc::Status FakeClipServer::EncodeStream(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::EncodeResponse, v1::EncodeRequest>* stream) {
  calls_.Enter("EncodeStream", context);
  calls_.Leave();
  return streams_.Play(
      context, stream,
      [this](const v1::EncodeRequest& item) {
        if (item.has_options()) NoteOptions(item.options(), item.model());
      },
      [this](const std::string& content) { return IsRefused(content); });
}

grpc::Status FakeClipServer::Similarity(grpc::ServerContext* context,
                                        const v1::SimilarityRequest* request,
                                        v1::SimilarityResponse* response) {
  const ScriptedAnswer answer = calls_.Enter("Similarity", context);
  calls_.Leave();
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
  response->set_logit_scale(kToyLogitScale);
  if (logit_bias_.has_value()) response->set_logit_bias(*logit_bias_);
  for (const v1::Embedding& image : images) {
    for (const v1::Embedding& text : texts) {
      response->add_logits(kToyLogitScale * Dot(image, text) +
                           logit_bias_.value_or(0));
      // Wrong on purpose: nobody should take one call's for those of a table.
      response->add_probabilities(-1);
    }
  }
  FillToyVersion(response->mutable_model());
  shapes_.emplace_back(images.size(), texts.size());
  return grpc::Status::OK;
}

v1::ModelInfo FakeClipServer::Info() const {
  MutexLock lock(mutex_);
  return ToyModelInfo(logit_bias_);
}

grpc::Status FakeClipServer::ListModels(
    grpc::ServerContext* context, const v1::ListModelsRequest* /*request*/,
    v1::ListModelsResponse* response) {
  const ScriptedAnswer answer = calls_.Enter("ListModels", context);
  calls_.Leave();
  if (!answer.status.ok()) return answer.status;
  *response->add_models() = Info();
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::GetModel(grpc::ServerContext* context,
                                      const v1::GetModelRequest* request,
                                      v1::GetModelResponse* response) {
  const ScriptedAnswer answer = calls_.Enter("GetModel", context);
  calls_.Leave();
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
  const ScriptedAnswer answer = calls_.Enter("PutLabelSet", context);
  calls_.Leave();
  if (!answer.status.ok()) return answer.status;
  v1::LabelSet& set = *response->mutable_label_set();
  set.set_name(request->name());
  *set.mutable_labels() = request->labels();
  set.set_template_count(7);
  FillToyVersion(set.mutable_model());
  MutexLock lock(mutex_);
  last_put_ = *request;
  label_sets_[set.name()] = set;
  if (answer.drop_one) set.mutable_labels()->RemoveLast();
  return grpc::Status::OK;
}

grpc::Status FakeClipServer::ListLabelSets(
    grpc::ServerContext* context, const v1::ListLabelSetsRequest* /*request*/,
    v1::ListLabelSetsResponse* response) {
  const ScriptedAnswer answer = calls_.Enter("ListLabelSets", context);
  calls_.Leave();
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
  const ScriptedAnswer answer = calls_.Enter("DeleteLabelSet", context);
  calls_.Leave();
  if (!answer.status.ok()) return answer.status;
  MutexLock lock(mutex_);
  if (label_sets_.erase(request->name()) > 0) return grpc::Status::OK;
  return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such label set");
}

}  // namespace clip::client
