#ifndef MODEL_TOKENIZER_BPE_VOCABULARY_H_
#define MODEL_TOKENIZER_BPE_VOCABULARY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace clip::model::text {

// CLIP's vocabulary: the 256 bytes, the 256 bytes at the end of a word, one
// symbol for each merge, start and end of text.
//
// Thread-safe: immutable after construction.
class BpeVocabulary {
 public:
  // Merging two neighbouring symbols gives the symbol `id`. Lower ranks merge
  // first; no two pairs have the same rank.
  struct Merge {
    int32_t rank = 0;
    int32_t id = 0;
  };

  // From the text of the merges file: a header line, then a pair of symbols on
  // each line, of which CLIP reads the first 48894. INVALID_ARGUMENT with the
  // line where the file does not read so.
  static absl::StatusOr<std::unique_ptr<BpeVocabulary>> Create(
      std::string_view merges);

  // From the merges that are linked into the program.
  static absl::StatusOr<std::unique_ptr<BpeVocabulary>> CreateEmbedded();

  int32_t IdOfByte(uint8_t byte) const { return byte_ids_[byte]; }
  int32_t IdOfLastByte(uint8_t byte) const { return byte_ids_[byte] + 256; }

  // The merge of two symbols, or nullptr where they do not merge.
  const Merge* FindMerge(int32_t left, int32_t right) const {
    const auto found = merges_.find(Key(left, right));
    return found == merges_.end() ? nullptr : &found->second;
  }

  int32_t start_of_text() const { return start_of_text_; }
  int32_t end_of_text() const { return start_of_text_ + 1; }

 private:
  using SymbolIds = absl::flat_hash_map<std::string, int32_t>;

  BpeVocabulary() = default;

  static uint64_t Key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
  }

  // Gives each byte its id and returns the ids by the written form.
  SymbolIds NumberBytes();
  absl::Status AddMerge(std::string_view line, int32_t rank, SymbolIds* ids);

  std::array<int32_t, 256> byte_ids_ = {};
  absl::flat_hash_map<uint64_t, Merge> merges_;
  int32_t start_of_text_ = 0;
};

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_BPE_VOCABULARY_H_
