#include "client/load/clip_target.h"

#include <algorithm>
#include <utility>

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
  options.client.own_connections = true;
  std::vector<std::unique_ptr<ClipClient>> clients;
  for (int i = 0; i < options.connections; ++i) {
    auto client = ClipClient::Create(options.client);
    if (!client.ok()) return client.status();
    clients.push_back(*std::move(client));
  }
  return std::unique_ptr<ClipTarget>(new ClipTarget(
      std::move(options), std::move(corpus), std::move(clients)));
}

ClipTarget::ClipTarget(Options options, Corpus corpus,
                       std::vector<std::unique_ptr<ClipClient>> clients)
    : options_(std::move(options)),
      corpus_(std::move(corpus)),
      clients_(std::move(clients)) {}

absl::Status ClipTarget::Connect() {
  for (const std::unique_ptr<ClipClient>& client : clients_) {
    const auto model = client->GetModel(options_.model);
    if (!model.ok()) return model.status();
  }
  return absl::OkStatus();
}

absl::Status ClipTarget::LearnPictures() {
  const uint64_t count = std::min(corpus_.RepeatedPictures(), kMaxKnown);
  for (uint64_t id = 0; id < count; ++id) {
    auto reply = clients_[0]->EncodeImage(
        {options_.model, {EncodedImage{corpus_.PictureOf(id)}}, {}});
    if (reply.ok()) {
      answers_.Learn(CallKind::kImage, id,
                     std::move(reply->embeddings[0].values));
    } else if (!IsRefusal(reply.status())) {
      return reply.status();
    }
  }
  return absl::OkStatus();
}

absl::Status ClipTarget::LearnTexts() {
  const uint64_t count = std::min(corpus_.RepeatedTexts(), kMaxKnown);
  for (uint64_t id = 0; id < count; ++id) {
    auto reply =
        clients_[0]->EncodeText({options_.model, {corpus_.TextOf(id)}, {}, {}});
    if (reply.ok()) {
      answers_.Learn(CallKind::kText, id,
                     std::move(reply->embeddings[0].values));
    } else if (!IsRefusal(reply.status())) {
      return reply.status();
    }
  }
  return absl::OkStatus();
}

template <typename Reply>
ClipClient::Callback<Reply> ClipTarget::ResultOf(
    CallKind kind, std::vector<uint64_t> ids,
    std::function<void(CallResult)> done) {
  return [this, kind, ids = std::move(ids),
          done = std::move(done)](const absl::StatusOr<Reply>& reply) {
    if (!reply.ok()) return done({reply.status()});
    const auto checked = answers_.Check(kind, ids, reply->embeddings);
    if (!checked.ok()) return done({checked.status()});
    done({absl::OkStatus(), reply->timing, *checked});
  };
}

void ClipTarget::Start(const CallSpec& spec,
                       std::function<void(CallResult)> done) {
  ClipClient& client = *clients_[spec.index % clients_.size()];
  std::vector<uint64_t> ids;
  switch (spec.kind) {
    case CallKind::kImage:
      for (const uint64_t id : spec.picture_ids) {
        ids.push_back(corpus_.FirstIdOfPicture(id));
      }
      client.EncodeImageAsync({options_.model, ImagesOf(spec), {}}, {},
                              ResultOf<EncodeImageReply>(
                                  spec.kind, std::move(ids), std::move(done)));
      return;
    case CallKind::kText:
      for (const uint64_t id : spec.text_ids) {
        ids.push_back(corpus_.FirstIdOfText(id));
      }
      client.EncodeTextAsync({options_.model, TextsOf(spec), {}, {}}, {},
                             ResultOf<EncodeTextReply>(
                                 spec.kind, std::move(ids), std::move(done)));
      return;
    case CallKind::kSimilarity:
      SimilarityRequest request;
      request.model = options_.model;
      request.images = ImagesOf(spec);
      request.texts = TextsOf(spec);
      client.SimilarityAsync(std::move(request), {},
                             [done = std::move(done)](
                                 const absl::StatusOr<SimilarityReply>& reply) {
                               if (!reply.ok()) return done({reply.status()});
                               done({absl::OkStatus(), reply->timing});
                             });
      return;
  }
}

CallCounts ClipTarget::counts() const {
  CallCounts sum = ended_;
  for (const std::unique_ptr<ClipClient>& client : clients_) {
    sum += client->counts();
  }
  return sum;
}

void ClipTarget::CancelAll() {
  ended_ = counts();
  clients_.clear();
}

std::vector<Image> ClipTarget::ImagesOf(const CallSpec& spec) const {
  std::vector<Image> images;
  images.reserve(spec.picture_ids.size());
  for (const uint64_t id : spec.picture_ids) {
    const bool spoil = spec.spoil_picture && images.empty();
    images.emplace_back(
        EncodedImage{spoil ? kSpoiltPicture : corpus_.PictureOf(id)});
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
