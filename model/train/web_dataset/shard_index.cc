#include "model/train/web_dataset/shard_index.h"

#include <map>
#include <utility>

#include "model/base/status_macros.h"
#include "model/train/web_dataset/caption_member.h"
#include "model/train/web_dataset/member_name.h"
#include "model/train/web_dataset/tar_reader.h"

namespace clip::model {
namespace {

// A caption of more is none.
constexpr uint64_t kMaxCaptionBytes = uint64_t{1} << 20;

struct Sample {
  std::string key;
  // By extension.
  std::map<std::string, TarMember> members;
};

const TarMember* FindMember(const Sample& sample,
                            const std::vector<std::string>& extensions) {
  for (const std::string& extension : extensions) {
    const auto found = sample.members.find(extension);
    if (found != sample.members.end()) return &found->second;
  }
  return nullptr;
}

absl::StatusOr<bool> HasCaption(const RandomAccessFile& shard,
                                const TarMember& member,
                                const SampleKeys& keys) {
  if (member.size > kMaxCaptionBytes) return false;
  CLIP_ASSIGN_OR_RETURN(const std::string data,
                        shard.Read(member.offset, member.size));
  return ReadCaption(data, keys.json_text).has_value();
}

absl::Status AddSample(const RandomAccessFile& shard, const SampleKeys& keys,
                       const Sample& sample, ShardIndex& index) {
  if (sample.members.empty()) return absl::OkStatus();
  const TarMember* image = FindMember(sample, keys.image);
  const TarMember* text = keys.json_text.empty() ? FindMember(sample, keys.text)
                                                 : FindMember(sample, {"json"});
  bool whole = image != nullptr && text != nullptr;
  if (whole) {
    CLIP_ASSIGN_OR_RETURN(whole, HasCaption(shard, *text, keys));
  }
  if (!whole) {
    ++index.left_out;
    return absl::OkStatus();
  }
  index.pairs.push_back(
      {sample.key, image->offset, image->size, text->offset, text->size});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShardIndex> IndexShard(const RandomAccessFile& shard,
                                      const SampleKeys& keys) {
  TarReader reader(shard);
  ShardIndex index;
  Sample sample;
  while (true) {
    CLIP_ASSIGN_OR_RETURN(auto member, reader.Next());
    if (!member) break;
    auto name = SplitMemberName(member->name);
    if (!name) continue;
    if (name->key != sample.key || sample.members.count(name->extension) > 0) {
      CLIP_RETURN_IF_ERROR(AddSample(shard, keys, sample, index));
      sample = {std::move(name->key), {}};
    }
    sample.members.emplace(std::move(name->extension), *std::move(member));
  }
  CLIP_RETURN_IF_ERROR(AddSample(shard, keys, sample, index));
  return index;
}

}  // namespace clip::model
