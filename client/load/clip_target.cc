#include "client/load/clip_target.h"

#include <utility>

namespace clip::client::load {
namespace {

constexpr char kSpoiltPicture[] = "these bytes are no picture";

template <typename Reply>
ClipClient::Callback<Reply> ResultOf(std::function<void(CallResult)> done) {
  return [done = std::move(done)](const absl::StatusOr<Reply>& reply) {
    if (!reply.ok()) return done({reply.status(), std::nullopt});
    done({absl::OkStatus(), reply->timing});
  };
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClipTarget>> ClipTarget::Create(Options options,
                                                               Corpus corpus) {
  if (options.connections < 1) {
    return absl::InvalidArgumentError("connections is not positive");
  }
  options.client.retry.max_attempts = 1;
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

void ClipTarget::Start(const CallSpec& spec,
                       std::function<void(CallResult)> done) {
  ClipClient& client = *clients_[spec.index % clients_.size()];
  switch (spec.kind) {
    case CallKind::kImage:
      client.EncodeImageAsync({options_.model, ImagesOf(spec), {}}, {},
                              ResultOf<EncodeImageReply>(std::move(done)));
      return;
    case CallKind::kText:
      client.EncodeTextAsync({options_.model, TextsOf(spec), {}, {}}, {},
                             ResultOf<EncodeTextReply>(std::move(done)));
      return;
    case CallKind::kSimilarity:
      SimilarityRequest request;
      request.model = options_.model;
      request.images = ImagesOf(spec);
      request.texts = TextsOf(spec);
      client.SimilarityAsync(std::move(request), {},
                             ResultOf<SimilarityReply>(std::move(done)));
      return;
  }
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
