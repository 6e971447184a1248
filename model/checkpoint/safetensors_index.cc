#include "model/checkpoint/safetensors_index.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/mapped_file.h"
#include "model/checkpoint/safetensors_reader.h"
#include "model/checkpoint/sha256.h"
#include "model/config/parse_json.h"

namespace clip::model {
namespace {

// Shards are read in the order of their names.
using Shards = std::map<std::string, StateDict>;

bool IsPlainFileName(const std::string& name) {
  return !name.empty() && name[0] != '.' &&
         absl::EndsWith(name, ".safetensors") &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isgraph(c) && c != '/' && c != '\\';
         });
}

absl::StatusOr<Shards> ReadShards(const std::filesystem::path& directory,
                                  const SafetensorsIndex& index) {
  constexpr size_t kMaxShards = 1024;
  Shards shards;
  for (const auto& [tensor, file] : index) {
    if (shards.count(file) != 0) continue;
    if (shards.size() == kMaxShards) {
      return absl::InvalidArgumentError("names too many files");
    }
    absl::StatusOr<StateDict> shard =
        ReadSafetensors((directory / file).string());
    if (!shard.ok()) {
      return absl::Status(
          shard.status().code(),
          absl::StrCat("shard ", file, ": ", shard.status().message()));
    }
    shards.emplace(file, *std::move(shard));
  }
  return shards;
}

// Every tensor of every shard, each where the index says.
absl::StatusOr<StateDict::Tensors> Join(const SafetensorsIndex& index,
                                        const Shards& shards) {
  StateDict::Tensors tensors;
  for (const auto& [file, shard] : shards) {
    for (const auto& [name, view] : shard.tensors()) {
      const auto entry = index.find(name);
      if (entry == index.end() || entry->second != file) {
        return absl::InvalidArgumentError(absl::StrCat(
            "shard ", file, " holds ", name, ", which the index ",
            entry == index.end() ? "does not know" : "has elsewhere"));
      }
      tensors.emplace(name, view);
    }
  }
  for (const auto& [name, file] : index) {
    if (tensors.count(name) != 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("shard ", file, " lacks ", name));
  }
  return tensors;
}

}  // namespace

absl::StatusOr<SafetensorsIndex> ParseSafetensorsIndex(std::string_view json) {
  JsonLimits limits;
  limits.max_bytes = kMaxSafetensorsHeaderBytes;
  CLIP_ASSIGN_OR_RETURN(const nlohmann::json root, ParseJson(json, limits));
  const auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (!root.is_object() || map == root.end() || !map->is_object() ||
      map->empty()) {
    return absl::InvalidArgumentError("has no weight_map");
  }
  SafetensorsIndex index;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string() || !IsPlainFileName(file.get<std::string>())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "weight_map.", tensor,
          ": must be the plain name of a .safetensors file beside the index"));
    }
    index.emplace(tensor, file.get<std::string>());
  }
  return index;
}

absl::StatusOr<StateDict> ReadShardedSafetensors(const std::string& path) {
  // The index, and behind it the hashes of the shards.
  std::string hashed;
  SafetensorsIndex index;
  {
    CLIP_ASSIGN_OR_RETURN(const auto file, MappedFile::Open(path));
    hashed.assign(file->bytes().begin(),
                  file->bytes().begin() + static_cast<ptrdiff_t>(std::min(
                                              file->bytes().size(),
                                              kMaxSafetensorsHeaderBytes + 1)));
  }
  CLIP_ASSIGN_OR_RETURN(index, ParseSafetensorsIndex(hashed));
  CLIP_ASSIGN_OR_RETURN(
      Shards shards,
      ReadShards(std::filesystem::path(path).parent_path(), index));
  CLIP_ASSIGN_OR_RETURN(StateDict::Tensors tensors, Join(index, shards));
  for (const auto& [file, shard] : shards) hashed += shard.sha256();
  std::string sha256 =
      Sha256({reinterpret_cast<const uint8_t*>(hashed.data()), hashed.size()});
  return StateDict(std::move(tensors),
                   std::make_shared<Shards>(std::move(shards)),
                   std::move(sha256));
}

}  // namespace clip::model
