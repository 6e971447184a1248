#ifndef MODEL_TRAIN_WEB_DATASET_WEB_DATASET_PAIRS_H_
#define MODEL_TRAIN_WEB_DATASET_WEB_DATASET_PAIRS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/train/pair_source.h"
#include "model/train/web_dataset/shard_index.h"

namespace clip::model {

struct WebDatasetOptions {
  // Shards, as ExpandShardList reads them.
  std::string shards;
  SampleKeys keys;
  // A larger picture is an error of its pair.
  size_t max_image_bytes = size_t{8} << 20;
};

// Pairs of WebDataset tar shards, read where they stand: the shards are
// indexed once, about 50 bytes and the key for a pair, and nothing is unpacked.
// Samples without picture or caption are left out and counted, as in open_clip.
class WebDatasetPairs : public PairSource {
 public:
  // Reads the headers and captions of all shards. Errors: as ExpandShardList
  // and TarReader; INVALID_ARGUMENT where there are no pairs at all.
  static absl::StatusOr<std::unique_ptr<WebDatasetPairs>> Create(
      const WebDatasetOptions& options);

  size_t size() const override { return pairs_.size(); }
  absl::StatusOr<ImageTextPair> Read(size_t index) const override;
  // The shard and the sample's key: "shards/0003.tar:000031".
  std::string Where(size_t index) const override;

  // Samples without picture or caption.
  int64_t left_out() const { return left_out_; }

 private:
  struct Place {
    uint32_t shard = 0;
    uint32_t text_size = 0;
    uint64_t text_offset = 0;
    uint64_t image_offset = 0;
    uint64_t image_size = 0;
    // The key, in keys_.
    uint64_t key_start = 0;
    uint32_t key_size = 0;
  };

  WebDatasetPairs(WebDatasetOptions options, std::vector<std::string> shards)
      : options_(std::move(options)), shards_(std::move(shards)) {}

  absl::Status AddShard(uint32_t shard);
  absl::StatusOr<ImageTextPair> ReadFrom(const Place& place) const;

  const WebDatasetOptions options_;
  const std::vector<std::string> shards_;
  std::vector<Place> pairs_;
  // All keys in one string: a string each would take several times as much.
  std::string keys_;
  int64_t left_out_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_WEB_DATASET_PAIRS_H_
