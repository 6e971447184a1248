#include "model/tokenizer/bpe_word.h"

#include <algorithm>
#include <cstddef>

namespace clip::model::text {
namespace {

constexpr int32_t kNone = -1;

// A symbol of the word, in a list linked by indices.
struct Symbol {
  int32_t id;
  int32_t previous;
  int32_t next;
};

// A pair that could merge: the symbol at `position` and its successor. Stale
// when either has changed since.
struct Candidate {
  int32_t rank;
  int32_t position;
  int32_t left;
  int32_t right;
  int32_t merged;

  // For a heap with the lowest rank, then the leftmost position on top.
  bool operator<(const Candidate& other) const {
    if (rank != other.rank) return rank > other.rank;
    return position > other.position;
  }
};

class WordMerger {
 public:
  WordMerger(const BpeVocabulary& vocabulary, std::string_view word)
      : vocabulary_(vocabulary) {
    const auto size = static_cast<int32_t>(word.size());
    symbols_.reserve(word.size());
    for (int32_t i = 0; i < size; ++i) {
      const auto byte = static_cast<uint8_t>(word[static_cast<size_t>(i)]);
      const bool last = i + 1 == size;
      symbols_.push_back(
          {last ? vocabulary.IdOfLastByte(byte) : vocabulary.IdOfByte(byte),
           i - 1, last ? kNone : i + 1});
    }
    for (int32_t i = 0; i + 1 < size; ++i) AddCandidate(i, &heap_);
    std::make_heap(heap_.begin(), heap_.end());
  }

  void Run() {
    while (!heap_.empty()) MergeRank(heap_.front().rank);
  }

  void AppendIds(std::vector<int32_t>* ids) const {
    for (int32_t i = 0; i != kNone; i = At(i).next) ids->push_back(At(i).id);
  }

 private:
  Symbol& At(int32_t i) { return symbols_[static_cast<size_t>(i)]; }
  const Symbol& At(int32_t i) const { return symbols_[static_cast<size_t>(i)]; }

  void AddCandidate(int32_t position, std::vector<Candidate>* candidates) {
    const int32_t left = At(position).id;
    const int32_t right = At(At(position).next).id;
    const BpeVocabulary::Merge* merge = vocabulary_.FindMerge(left, right);
    if (merge == nullptr) return;
    candidates->push_back({merge->rank, position, left, right, merge->id});
  }

  // Merges every pair of this rank. New pairs wait until that is done, even
  // where one has a lower rank.
  void MergeRank(int32_t rank) {
    created_.clear();
    while (!heap_.empty() && heap_.front().rank == rank) {
      std::pop_heap(heap_.begin(), heap_.end());
      const Candidate candidate = heap_.back();
      heap_.pop_back();
      if (!IsStale(candidate)) Merge(candidate);
    }
    for (const Candidate& candidate : created_) {
      heap_.push_back(candidate);
      std::push_heap(heap_.begin(), heap_.end());
    }
  }

  bool IsStale(const Candidate& candidate) const {
    const Symbol& symbol = At(candidate.position);
    return symbol.id != candidate.left || symbol.next == kNone ||
           At(symbol.next).id != candidate.right;
  }

  void Merge(const Candidate& candidate) {
    Symbol& left = At(candidate.position);
    Symbol& right = At(left.next);
    left.id = candidate.merged;
    left.next = right.next;
    right.id = kNone;  // Makes the candidates that start there stale.
    if (left.next != kNone) {
      At(left.next).previous = candidate.position;
      AddCandidate(candidate.position, &created_);
    }
    if (left.previous != kNone) AddCandidate(left.previous, &created_);
  }

  const BpeVocabulary& vocabulary_;
  std::vector<Symbol> symbols_;
  std::vector<Candidate> heap_;
  std::vector<Candidate> created_;
};

}  // namespace

void AppendWordIds(const BpeVocabulary& vocabulary, std::string_view word,
                   std::vector<int32_t>* ids) {
  WordMerger merger(vocabulary, word);
  merger.Run();
  merger.AppendIds(ids);
}

}  // namespace clip::model::text
