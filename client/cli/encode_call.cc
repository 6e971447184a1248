#include "client/cli/encode_call.h"

#include <utility>

namespace clip::client {
namespace {

BatchAnswer ToAnswer(EncodeImageReply reply) {
  BatchAnswer answer;
  answer.model = std::move(reply.model);
  for (Embedding& embedding : reply.embeddings) {
    answer.rows.push_back(Row{std::move(embedding)});
  }
  return answer;
}

BatchAnswer ToAnswer(EncodeTextReply reply) {
  BatchAnswer answer;
  answer.model = std::move(reply.model);
  for (size_t i = 0; i < reply.embeddings.size(); ++i) {
    answer.rows.push_back(Row{std::move(reply.embeddings[i]),
                              reply.token_count[i], reply.truncated[i]});
  }
  return answer;
}

}  // namespace

BatchRunner::Call EncodeImageCall(ClipClient* client, std::string model,
                                  EmbeddingOptions options) {
  return [client, model = std::move(model), options](
             const std::vector<std::string>& contents, BatchRunner::Done done) {
    EncodeImageRequest request;
    request.model = model;
    request.options = options;
    for (const std::string& file : contents) {
      request.images.emplace_back(EncodedImage{file});
    }
    client->EncodeImageAsync(
        std::move(request), {},
        [done = std::move(done)](absl::StatusOr<EncodeImageReply> reply) {
          if (!reply.ok()) return done(reply.status());
          done(ToAnswer(*std::move(reply)));
        });
  };
}

BatchRunner::Call EncodeTextCall(ClipClient* client, std::string model,
                                 EmbeddingOptions options) {
  return [client, model = std::move(model), options](
             const std::vector<std::string>& contents, BatchRunner::Done done) {
    EncodeTextRequest request;
    request.model = model;
    request.options = options;
    request.texts = contents;
    client->EncodeTextAsync(
        std::move(request), {},
        [done = std::move(done)](absl::StatusOr<EncodeTextReply> reply) {
          if (!reply.ok()) return done(reply.status());
          done(ToAnswer(*std::move(reply)));
        });
  };
}

}  // namespace clip::client
