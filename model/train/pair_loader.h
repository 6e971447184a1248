#ifndef MODEL_TRAIN_PAIR_LOADER_H_
#define MODEL_TRAIN_PAIR_LOADER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "model/tokenizer/tokenizer.h"
#include "model/train/pair_source.h"

namespace clip::model {

// A pair as the model reads it, or why there is none.
struct LoadedPair {
  std::vector<float> pixels;
  std::vector<int32_t> ids;
  // Of the source.
  size_t index = 0;
  // Names the place in the data.
  absl::Status status;
};

struct PairLoaderOptions {
  // Borrowed.
  const PairSource* source = nullptr;
  const Tokenizer* tokenizer = nullptr;
  // Turns an encoded picture into a row; called from several threads.
  std::function<absl::Status(std::string_view file, uint64_t seed,
                             absl::Span<float> row)>
      prepare;
  size_t row_size = 0;
  // Threads; more hide slow pictures until the cores are used up.
  int workers = 2;
  // Pairs that wait ready, at most: memory against hiccups.
  int64_t queue = 64;
  bool shuffle = true;
  uint64_t seed = 0;
  int64_t epoch = 0;
  // This process takes every world_size-th pair, from the rank-th on.
  int rank = 0;
  int world_size = 1;
  // Pairs of the epoch that were taken before: where a run goes on.
  int64_t position = 0;
};

// Reads, decodes and tokenizes the pairs of an epoch on threads of its own and
// gives them out in an order that depends on seed and epoch only. Behind the
// last pair it starts again, so that a process that met bad pictures can fill
// its batches.
//
// Next is for one thread.
class PairLoader {
 public:
  explicit PairLoader(PairLoaderOptions options);
  ~PairLoader();
  PairLoader(const PairLoader&) = delete;
  PairLoader& operator=(const PairLoader&) = delete;

  LoadedPair Next();

  // Pairs taken, bad ones included.
  int64_t position() const { return next_taken_; }

 private:
  void Work();
  LoadedPair Load(int64_t position) const;

  const PairLoaderOptions options_;
  // Indices of the source that are this process's, in the epoch's order.
  std::vector<size_t> order_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // The rest is guarded by mutex_, except that only Next writes next_taken_.
  std::map<int64_t, LoadedPair> ready_;
  int64_t next_started_;
  int64_t next_taken_;
  bool stopping_ = false;

  std::vector<std::thread> workers_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_PAIR_LOADER_H_
