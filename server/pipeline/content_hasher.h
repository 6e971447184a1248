#ifndef SERVER_PIPELINE_CONTENT_HASHER_H_
#define SERVER_PIPELINE_CONTENT_HASHER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/pipeline/embedding_pipeline.h"

namespace clip::server {

// Names what an item holds, 128 bits.
struct ContentKey {
  uint64_t high = 0;
  uint64_t low = 0;

  bool operator==(const ContentKey& other) const {
    return high == other.high && low == other.low;
  }
};

// Hashes items so that two of one key are the same to one model: kind, shape
// and every byte count.
//
// Keyed BLAKE2b with a secret of this process: a caller who knows the code can
// still not make two pictures of one key, and so cannot get his own embedding
// served for somebody else's picture.
//
// Thread-safe.
class ContentHasher {
 public:
  // `model` tells the models apart that may share a cache: the version of the
  // weights and what else changes an embedding. INTERNAL where OpenSSL lacks
  // BLAKE2b or has no random bytes.
  static absl::StatusOr<std::unique_ptr<ContentHasher>> Create(
      std::string_view model);

  ~ContentHasher();

  // Throws std::bad_alloc where memory is short.
  ContentKey Hash(const PipelineItem& item) const;

 private:
  class Mac;
  explicit ContentHasher(std::unique_ptr<Mac> mac);

  const std::unique_ptr<Mac> mac_;
};

}  // namespace clip::server

#endif  // SERVER_PIPELINE_CONTENT_HASHER_H_
