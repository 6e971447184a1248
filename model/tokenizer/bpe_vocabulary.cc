#include "model/tokenizer/bpe_vocabulary.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "model/base/status_macros.h"
#include "model/tokenizer/embedded_merges.h"
#include "model/tokenizer/gunzip.h"
#include "model/tokenizer/utf8_text.h"

namespace clip::model::text {
namespace {

// The file holds more merges than CLIP's vocabulary of 49152 has room for
// beside the bytes and two special symbols.
constexpr int32_t kMergeCount = 49152 - 256 - 2;
constexpr int32_t kFirstMergeId = 2 * 256;
constexpr size_t kMaxMergesBytes = 16 << 20;
constexpr absl::string_view kEndOfWord = "</w>";

// Bytes that the file writes as the character of the same number; the others,
// blanks and controls, follow in order from U+0100 on.
bool IsWrittenAsItself(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) ||
         byte >= 0xAE;
}

absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

BpeVocabulary::SymbolIds BpeVocabulary::NumberBytes() {
  SymbolIds ids;
  int32_t next_id = 0;
  char32_t next_character = 0x100;
  for (const bool as_itself : {true, false}) {
    for (int byte = 0; byte < 256; ++byte) {
      if (IsWrittenAsItself(byte) != as_itself) continue;
      std::string written;
      AppendUtf8(as_itself ? static_cast<char32_t>(byte) : next_character++,
                 &written);
      ids[written] = next_id;
      ids[absl::StrCat(written, kEndOfWord)] = next_id + 256;
      byte_ids_[static_cast<size_t>(byte)] = next_id++;
    }
  }
  return ids;
}

absl::Status BpeVocabulary::AddMerge(std::string_view line, int32_t rank,
                                     SymbolIds* ids) {
  const std::pair<absl::string_view, absl::string_view> pair =
      absl::StrSplit(ToAbsl(line), absl::MaxSplits(' ', 1));
  const auto left = ids->find(pair.first);
  const auto right = ids->find(pair.second);
  if (left == ids->end() || right == ids->end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("merges: line ", rank + 2, " is no pair of symbols"));
  }
  const int32_t id = kFirstMergeId + rank;
  const uint64_t key = Key(left->second, right->second);
  if (!merges_.try_emplace(key, Merge{rank, id}).second ||
      !ids->try_emplace(absl::StrCat(pair.first, pair.second), id).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("merges: line ", rank + 2, " repeats a symbol"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<BpeVocabulary>> BpeVocabulary::Create(
    std::string_view merges) {
  auto vocabulary =
      std::unique_ptr<BpeVocabulary>(new BpeVocabulary);  // Private.
  SymbolIds ids = vocabulary->NumberBytes();
  ids.reserve(kFirstMergeId + kMergeCount);
  vocabulary->merges_.reserve(kMergeCount);
  size_t begin = merges.find('\n');  // Behind the header.
  for (int32_t rank = 0; rank < kMergeCount; ++rank) {
    if (begin == std::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("merges: ", rank, " lines instead of ", kMergeCount));
    }
    const size_t end = merges.find('\n', ++begin);
    const std::string_view line = merges.substr(begin, end - begin);
    CLIP_RETURN_IF_ERROR(vocabulary->AddMerge(line, rank, &ids));
    begin = end;
  }
  vocabulary->start_of_text_ = kFirstMergeId + kMergeCount;
  return vocabulary;
}

absl::StatusOr<std::unique_ptr<BpeVocabulary>> BpeVocabulary::CreateEmbedded() {
  CLIP_ASSIGN_OR_RETURN(const std::string merges,
                        Gunzip(EmbeddedMerges(), kMaxMergesBytes));
  return Create(merges);
}

}  // namespace clip::model::text
