#include "client/load/clip_target.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "client/channel.h"

namespace clip::client::load {
namespace {

constexpr char kSpoiltPicture[] = "these bytes are no picture";

// A picture or text that the server does not take has no answer to know.
bool IsRefusal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClipTarget>> ClipTarget::Create(Options options,
                                                               Corpus corpus) {
  if (options.connections < 1) {
    return absl::InvalidArgumentError("connections is not positive");
  }
  if (!(options.min_cosine > 0 && options.min_cosine <= 1)) {
    return absl::InvalidArgumentError("min_cosine is not above 0, up to 1");
  }
  const absl::StatusOr<GrpcTarget> target =
      ResolveTarget(options.client.target);
  if (!target.ok()) return target.status();
  std::vector<std::unique_ptr<ClipClient>> clients;
  for (int i = 0; i < options.connections; ++i) {
    auto client = ClipClient::Create(options.client);
    if (!client.ok()) return client.status();
    clients.push_back(*std::move(client));
  }
  return std::unique_ptr<ClipTarget>(new ClipTarget(
      std::move(options), std::move(corpus), *target, std::move(clients)));
}

ClipTarget::ClipTarget(Options options, Corpus corpus, const GrpcTarget& target,
                       std::vector<std::unique_ptr<ClipClient>> clients)
    : options_(std::move(options)),
      corpus_(std::move(corpus)),
      answers_(options_.min_cosine),
      clients_(std::move(clients)) {
  if (!options_.streams) return;
  for (int i = 0; i < options_.connections; ++i) {
    stream_channels_.push_back(NewServingChannel(target, options_.client));
    streams_.push_back(
        std::make_unique<ItemStream>(stream_channels_.back(), options_.model,
                                     options_.client.default_deadline));
  }
}

absl::Status ClipTarget::Connect() {
  for (const std::unique_ptr<ClipClient>& client : clients_) {
    const auto model = client->GetModel(options_.model);
    if (!model.ok()) return model.status();
  }
  const auto limit =
      absl::ToChronoTime(absl::Now() + options_.client.default_deadline);
  for (const std::shared_ptr<grpc::Channel>& channel : stream_channels_) {
    if (!channel->WaitForConnected(limit)) {
      return absl::UnavailableError("no connection for streams in time");
    }
  }
  return absl::OkStatus();
}

void ClipTarget::Know(CallKind kind, uint64_t id,
                      std::vector<float> embedding) {
  answers_.Learn(kind, id, std::move(embedding));
}

absl::Status ClipTarget::LearnPictures() {
  const uint64_t count = std::min(corpus_.RepeatedPictures(), kMaxKnown);
  for (uint64_t id = 0; id < count; ++id) {
    if (answers_.Knows(CallKind::kImage, id)) continue;
    auto reply = clients_[0]->EncodeImage(
        {options_.model, {EncodedImage{corpus_.PictureOf(id)}}, {}});
    if (reply.ok()) {
      Know(CallKind::kImage, id, std::move(reply->embeddings[0].values));
    } else if (!IsRefusal(reply.status())) {
      return reply.status();
    }
  }
  return absl::OkStatus();
}

absl::Status ClipTarget::LearnTexts() {
  const uint64_t count = std::min(corpus_.RepeatedTexts(), kMaxKnown);
  for (uint64_t id = 0; id < count; ++id) {
    if (answers_.Knows(CallKind::kText, id)) continue;
    auto reply =
        clients_[0]->EncodeText({options_.model, {corpus_.TextOf(id)}, {}, {}});
    if (reply.ok()) {
      Know(CallKind::kText, id, std::move(reply->embeddings[0].values));
    } else if (!IsRefusal(reply.status())) {
      return reply.status();
    }
  }
  return absl::OkStatus();
}

CallResult ClipTarget::Checked(CallKind kind, const std::vector<uint64_t>& ids,
                               const std::vector<Embedding>& embeddings) const {
  const auto checked = answers_.Check(kind, ids, embeddings);
  if (!checked.ok()) return {checked.status()};
  return {absl::OkStatus(), std::nullopt, *checked};
}

template <typename Reply>
ClipClient::Callback<Reply> ClipTarget::ResultOf(
    CallKind kind, std::vector<uint64_t> ids,
    std::function<void(CallResult)> done) {
  return [this, kind, ids = std::move(ids),
          done = std::move(done)](const absl::StatusOr<Reply>& reply) {
    if (!reply.ok()) return done({reply.status()});
    CallResult result = Checked(kind, ids, reply->embeddings);
    if (result.status.ok()) result.timing = reply->timing;
    done(std::move(result));
  };
}

void ClipTarget::Start(const CallSpec& spec,
                       std::function<void(CallResult)> done) {
  if (IsStreamed(spec.kind)) return StartItem(spec, std::move(done));
  PendingCall call = StartUnary(spec, std::move(done));
  if (spec.cancel_after > absl::ZeroDuration()) {
    handles_.insert_or_assign(spec.index, std::move(call));
  }
}

PendingCall ClipTarget::StartUnary(const CallSpec& spec,
                                   std::function<void(CallResult)> done) {
  ClipClient& client = *clients_[spec.index % clients_.size()];
  CallOptions options;
  options.deadline = spec.deadline;
  switch (spec.kind) {
    case CallKind::kImage:
      return client.EncodeImageAsync(
          {options_.model, ImagesOf(spec), {}}, options,
          ResultOf<EncodeImageReply>(CallKind::kImage, KnownIdsOf(spec),
                                     std::move(done)));
    case CallKind::kText:
      return client.EncodeTextAsync(
          {options_.model, TextsOf(spec), {}, {}}, options,
          ResultOf<EncodeTextReply>(CallKind::kText, KnownIdsOf(spec),
                                    std::move(done)));
    default:
      return StartSimilarity(spec, std::move(done));
  }
}

CallCounts ClipTarget::counts() const {
  CallCounts sum = ended_;
  for (const std::unique_ptr<ClipClient>& client : clients_) {
    sum += client->counts();
  }
  return sum;
}

PendingCall ClipTarget::StartSimilarity(const CallSpec& spec,
                                        std::function<void(CallResult)> done) {
  SimilarityRequest request;
  request.model = options_.model;
  request.images = ImagesOf(spec);
  request.texts = TextsOf(spec);
  CallOptions options;
  options.deadline = spec.deadline;
  return clients_[spec.index % clients_.size()]->SimilarityAsync(
      std::move(request), options,
      [done = std::move(done)](const absl::StatusOr<SimilarityReply>& reply) {
        if (!reply.ok()) return done({reply.status()});
        done({absl::OkStatus(), reply->timing});
      });
}

void ClipTarget::StartItem(const CallSpec& spec,
                           std::function<void(CallResult)> done) {
  const bool is_picture = HasPictures(spec.kind);
  v1::EncodeRequest item;
  item.set_id(spec.index);
  if (is_picture) {
    item.mutable_image()->set_encoded(PictureOf(spec, 0));
  } else {
    item.set_text(corpus_.TextOf(spec.text_ids[0]));
  }
  streams_[spec.index % streams_.size()]->Send(
      std::move(item), absl::Now(),
      [this, kind = is_picture ? CallKind::kImage : CallKind::kText,
       ids = KnownIdsOf(spec),
       done = std::move(done)](absl::StatusOr<v1::EncodeResponse> response) {
        if (!response.ok()) return done({response.status()});
        if (response->status().code() != 0) {
          return done({absl::Status(
              static_cast<absl::StatusCode>(response->status().code()),
              response->status().message())});
        }
        if (!response->has_embedding()) {
          return done({absl::InternalError("an answer without an embedding")});
        }
        Embedding embedding;
        embedding.values.assign(response->embedding().values().begin(),
                                response->embedding().values().end());
        done(Checked(kind, ids, {std::move(embedding)}));
      });
}

void ClipTarget::Cancel(uint64_t index) {
  for (const std::unique_ptr<ItemStream>& stream : streams_) {
    stream->Cancel(index);
  }
  const auto call = handles_.extract(index);
  if (!call.empty()) call.mapped().Cancel();
}

void ClipTarget::CancelAll() {
  ended_ = counts();
  streams_.clear();
  clients_.clear();
}

std::vector<uint64_t> ClipTarget::KnownIdsOf(const CallSpec& spec) const {
  std::vector<uint64_t> ids;
  if (HasPictures(spec.kind)) {
    for (const uint64_t id : spec.picture_ids) {
      ids.push_back(corpus_.FirstIdOfPicture(id));
    }
  } else {
    for (const uint64_t id : spec.text_ids) {
      ids.push_back(corpus_.FirstIdOfText(id));
    }
  }
  return ids;
}

std::string ClipTarget::PictureOf(const CallSpec& spec, size_t place) const {
  const bool spoil = spec.spoil_picture && place == 0;
  return spoil ? kSpoiltPicture : corpus_.PictureOf(spec.picture_ids[place]);
}

std::vector<Image> ClipTarget::ImagesOf(const CallSpec& spec) const {
  std::vector<Image> images;
  images.reserve(spec.picture_ids.size());
  for (size_t i = 0; i < spec.picture_ids.size(); ++i) {
    images.emplace_back(EncodedImage{PictureOf(spec, i)});
  }
  return images;
}

std::vector<std::string> ClipTarget::TextsOf(const CallSpec& spec) const {
  std::vector<std::string> texts;
  texts.reserve(spec.text_ids.size());
  for (const uint64_t id : spec.text_ids) texts.push_back(corpus_.TextOf(id));
  return texts;
}

}  // namespace clip::client::load
