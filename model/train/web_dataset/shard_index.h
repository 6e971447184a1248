#ifndef MODEL_TRAIN_WEB_DATASET_SHARD_INDEX_H_
#define MODEL_TRAIN_WEB_DATASET_SHARD_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/train/web_dataset/random_access_file.h"

namespace clip::model {

// Which members of a sample are its picture and its caption.
struct SampleKeys {
  // open_clip's --image-key and --text-key: the first extension that a sample
  // has counts.
  std::vector<std::string> image = {"jpg", "png", "jpeg", "webp"};
  std::vector<std::string> text = {"txt"};
  // open_clip's --json-text-key: where not empty, the caption is the first of
  // these fields in the member "json", and `text` does not count.
  std::vector<std::string> json_text;
};

// Where a pair is in its shard.
struct ShardPair {
  std::string key;
  uint64_t image_offset = 0;
  uint64_t image_size = 0;
  uint64_t text_offset = 0;
  uint64_t text_size = 0;
};

struct ShardIndex {
  std::vector<ShardPair> pairs;
  // Samples without a picture or without a caption.
  int64_t left_out = 0;
};

// Reads the headers and captions of a tar shard. Members that follow one
// another and have a key in common are a sample, as in WebDataset; an
// extension that comes again starts a new one. Errors: as TarReader.
absl::StatusOr<ShardIndex> IndexShard(const RandomAccessFile& shard,
                                      const SampleKeys& keys);

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_SHARD_INDEX_H_
