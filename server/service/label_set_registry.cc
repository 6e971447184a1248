#include "server/service/label_set_registry.h"

#include <fmt/format.h>

#include "server/service/errors.h"

namespace clip::server {
namespace {

size_t BytesOf(const std::vector<std::string>& labels, size_t embed_dim) {
  size_t bytes = sizeof(LabelSet);
  for (const std::string& label : labels) {
    bytes += sizeof(label) + label.size() + embed_dim * sizeof(float);
  }
  return bytes;
}

}  // namespace

LabelSetRegistry::Reservation::~Reservation() {
  if (registry_ != nullptr) registry_->GiveBack(bytes_);
}

absl::StatusOr<LabelSetRegistry::Reservation> LabelSetRegistry::Reserve(
    std::string_view model, std::string_view name,
    const std::vector<std::string>& labels, size_t embed_dim) {
  const size_t bytes = BytesOf(labels, embed_dim);
  batching::MutexLock lock(mutex_);
  const bool is_new = sets_.count(Key(model, name)) == 0;
  if (is_new && sets_.size() >= limits_.max_sets) {
    return TooManyLabelSets(limits_.max_sets);
  }
  if (bytes > limits_.max_bytes || bytes_ > limits_.max_bytes - bytes) {
    return LabelSetsTooLarge(bytes, limits_.max_bytes);
  }
  bytes_ += bytes;
  return Reservation(*this, bytes);
}

absl::StatusOr<bool> LabelSetRegistry::Put(Reservation reservation,
                                           LabelSet set) {
  auto kept = std::make_shared<const LabelSet>(std::move(set));
  const Key key(kept->model->name, kept->name);
  // The set that is replaced; destroyed when the lock has been released.
  std::shared_ptr<const LabelSet> old;
  batching::MutexLock lock(mutex_);
  const auto found = sets_.find(key);
  const bool is_new = found == sets_.end();
  if (is_new && sets_.size() >= limits_.max_sets) {
    // `reservation` gives its room back, which takes the lock, after it.
    return TooManyLabelSets(limits_.max_sets);
  }
  Kept& slot = is_new ? sets_[key] : found->second;
  bytes_ -= slot.bytes;
  old = std::exchange(slot.set, std::move(kept));
  slot.bytes = reservation.bytes_;
  // The room is the set's now.
  reservation.registry_ = nullptr;
  return is_new;
}

absl::StatusOr<std::shared_ptr<const LabelSet>> LabelSetRegistry::Find(
    std::string_view model, std::string_view name) const {
  const Key key(model, name);
  batching::MutexLock lock(mutex_);
  const auto found = sets_.find(key);
  if (found == sets_.end()) return UnknownLabelSet(name);
  return found->second.set;
}

absl::Status LabelSetRegistry::Delete(std::string_view model,
                                      std::string_view name) {
  const Key key(model, name);
  std::shared_ptr<const LabelSet> old;
  batching::MutexLock lock(mutex_);
  const auto found = sets_.find(key);
  if (found == sets_.end()) return UnknownLabelSet(name);
  bytes_ -= found->second.bytes;
  old = std::move(found->second.set);
  sets_.erase(found);
  return absl::OkStatus();
}

std::vector<std::shared_ptr<const LabelSet>> LabelSetRegistry::List() const {
  std::vector<std::shared_ptr<const LabelSet>> sets;
  batching::MutexLock lock(mutex_);
  for (const auto& [key, kept] : sets_) sets.push_back(kept.set);
  return sets;
}

void LabelSetRegistry::GiveBack(size_t bytes) {
  batching::MutexLock lock(mutex_);
  bytes_ -= bytes;
}

}  // namespace clip::server
