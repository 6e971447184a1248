#include "model/train/web_dataset/web_dataset_pairs.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/train/web_dataset/caption_member.h"
#include "model/train/web_dataset/random_access_file.h"
#include "model/train/web_dataset/shard_list.h"

namespace clip::model {

absl::StatusOr<std::unique_ptr<WebDatasetPairs>> WebDatasetPairs::Create(
    const WebDatasetOptions& options) {
  CLIP_ASSIGN_OR_RETURN(auto shards, ExpandShardList(options.shards));
  const auto count = static_cast<uint32_t>(shards.size());
  // The constructor is private, which make_unique cannot reach.
  std::unique_ptr<WebDatasetPairs> pairs(
      new WebDatasetPairs(options, std::move(shards)));
  for (uint32_t shard = 0; shard < count; ++shard) {
    CLIP_RETURN_IF_ERROR(pairs->AddShard(shard));
  }
  if (pairs->size() == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.shards, ": there are no pairs; ", pairs->left_out_,
                     " samples have no picture or no caption"));
  }
  return pairs;
}

absl::Status WebDatasetPairs::AddShard(uint32_t shard) {
  CLIP_ASSIGN_OR_RETURN(const auto file,
                        RandomAccessFile::Open(shards_[shard]));
  CLIP_ASSIGN_OR_RETURN(const ShardIndex index,
                        IndexShard(*file, options_.keys));
  left_out_ += index.left_out;
  for (const ShardPair& pair : index.pairs) {
    Place place;
    place.shard = shard;
    place.text_size = static_cast<uint32_t>(pair.text_size);
    place.text_offset = pair.text_offset;
    place.image_offset = pair.image_offset;
    place.image_size = pair.image_size;
    place.key_start = keys_.size();
    place.key_size = static_cast<uint32_t>(pair.key.size());
    keys_ += pair.key;
    pairs_.push_back(place);
  }
  return absl::OkStatus();
}

absl::StatusOr<ImageTextPair> WebDatasetPairs::Read(size_t index) const {
  auto pair = ReadFrom(pairs_[index]);
  if (pair.ok()) return pair;
  return absl::Status(
      pair.status().code(),
      absl::StrCat(Where(index), ": ", pair.status().message()));
}

absl::StatusOr<ImageTextPair> WebDatasetPairs::ReadFrom(
    const Place& place) const {
  if (place.image_size > options_.max_image_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the picture has ", place.image_size, " bytes, more than ",
                     options_.max_image_bytes));
  }
  // Opened each time: there may be more shards than a process may hold open.
  CLIP_ASSIGN_OR_RETURN(const auto file,
                        RandomAccessFile::Open(shards_[place.shard]));
  CLIP_ASSIGN_OR_RETURN(const std::string text,
                        file->Read(place.text_offset, place.text_size));
  auto caption = ReadCaption(text, options_.keys.json_text);
  if (!caption) {
    return absl::InvalidArgumentError("the shard has changed since the start");
  }
  ImageTextPair pair;
  pair.text = *std::move(caption);
  CLIP_ASSIGN_OR_RETURN(pair.image,
                        file->Read(place.image_offset, place.image_size));
  return pair;
}

std::string WebDatasetPairs::Where(size_t index) const {
  const Place& place = pairs_[index];
  return absl::StrCat(
      shards_[place.shard], ":",
      absl::Utf8SafeCEscape(keys_.substr(place.key_start, place.key_size)));
}

}  // namespace clip::model
