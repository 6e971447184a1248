#include "model/train/pair_loader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/train/random_numbers.h"

namespace clip::model {
namespace {

std::vector<size_t> EpochOrder(const PairLoaderOptions& options) {
  std::vector<size_t> all(options.source->size());
  std::iota(all.begin(), all.end(), size_t{0});
  if (options.shuffle) {
    RandomNumbers numbers(RandomNumbers(options.seed).Next() +
                          static_cast<uint64_t>(options.epoch));
    for (size_t i = all.size(); i > 1; --i) {
      std::swap(all[i - 1], all[numbers.Below(i)]);
    }
  }
  std::vector<size_t> order;
  const auto step = static_cast<size_t>(options.world_size);
  for (size_t i = static_cast<size_t>(options.rank); i < all.size();
       i += step) {
    order.push_back(all[i]);
  }
  return order;
}

}  // namespace

PairLoader::PairLoader(PairLoaderOptions options)
    : options_(std::move(options)),
      order_(EpochOrder(options_)),
      next_started_(options_.position),
      next_taken_(options_.position) {
  for (int i = 0; i < options_.workers; ++i) {
    workers_.emplace_back([this] { Work(); });
  }
}

PairLoader::~PairLoader() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

LoadedPair PairLoader::Next() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return ready_.count(next_taken_) > 0; });
  auto node = ready_.extract(next_taken_);
  ++next_taken_;
  lock.unlock();
  changed_.notify_all();
  return std::move(node.mapped());
}

void PairLoader::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return stopping_ || next_started_ < next_taken_ + options_.queue;
    });
    if (stopping_) return;
    const int64_t position = next_started_++;
    lock.unlock();
    LoadedPair pair = Load(position);
    lock.lock();
    ready_.emplace(position, std::move(pair));
    changed_.notify_all();
  }
}

LoadedPair PairLoader::Load(int64_t position) const {
  LoadedPair loaded;
  loaded.index = order_[static_cast<size_t>(position) % order_.size()];
  const auto pair = options_.source->Read(loaded.index);
  if (!pair.ok()) {
    loaded.status = pair.status();
    return loaded;
  }
  const auto fail = [&](const absl::Status& status) {
    loaded.status = absl::Status(
        status.code(), absl::StrCat(options_.source->Where(loaded.index), ": ",
                                    status.message()));
  };
  if (options_.tokenizer != nullptr) {
    auto text = options_.tokenizer->Tokenize(pair->text);
    if (!text.ok()) {
      fail(text.status());
      return loaded;
    }
    loaded.ids = std::move(text->ids);
  }
  // Of this pair in this epoch, whichever process and thread does it.
  const uint64_t seed =
      RandomNumbers(options_.seed * 31 + static_cast<uint64_t>(options_.epoch))
          .Next() ^
      RandomNumbers(loaded.index).Next();
  loaded.pixels.resize(options_.row_size);
  const absl::Status prepared =
      options_.prepare(pair->image, seed, absl::MakeSpan(loaded.pixels));
  if (!prepared.ok()) fail(prepared);
  return loaded;
}

}  // namespace clip::model
