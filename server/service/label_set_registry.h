#ifndef SERVER_SERVICE_LABEL_SET_REGISTRY_H_
#define SERVER_SERVICE_LABEL_SET_REGISTRY_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/batching/mutex.h"
#include "server/service/limits.h"
#include "server/service/served_models.h"

namespace clip::server {

// A zero-shot classifier that is kept for Similarity. A plain value.
struct LabelSet {
  std::string name;
  // Not owned; the service keeps its models for as long as it lives.
  const ServedModel* model = nullptr;
  std::vector<std::string> labels;
  int template_count = 0;
  // Prompts that were longer than the context.
  int truncated_count = 0;
  // Row-major [labels, embed_dim], of unit length.
  std::vector<float> weights;
};

// The label sets of one server process, by model and name, bounded in number
// and in bytes. Nothing is evicted: a set that vanished would turn into errors
// of callers who did nothing wrong.
//
// Thread-safe; calls nothing of others under its lock.
class LabelSetRegistry {
 public:
  // Room for a set that is being encoded; given back when destroyed. Movable.
  // The registry must outlive it.
  class Reservation {
   public:
    Reservation(Reservation&& other) noexcept
        : registry_(std::exchange(other.registry_, nullptr)),
          bytes_(other.bytes_) {}
    Reservation& operator=(Reservation&&) = delete;
    ~Reservation();

   private:
    friend class LabelSetRegistry;
    Reservation(LabelSetRegistry& registry, size_t bytes)
        : registry_(&registry), bytes_(bytes) {}

    LabelSetRegistry* registry_;
    size_t bytes_;
  };

  explicit LabelSetRegistry(const LabelSetLimits& limits) : limits_(limits) {}

  // Asked before the work of encoding. RESOURCE_EXHAUSTED where there is no
  // room for one more set, or for its labels and weights. A set that will be
  // replaced needs no further slot, but its bytes are held until then.
  absl::StatusOr<Reservation> Reserve(std::string_view model,
                                      std::string_view name,
                                      const std::vector<std::string>& labels,
                                      size_t embed_dim);

  // Keeps the set, for the room that was reserved for it. True where no set of
  // its name and model has been replaced. RESOURCE_EXHAUSTED where others have
  // taken the last slot meanwhile.
  absl::StatusOr<bool> Put(Reservation reservation, LabelSet set);

  // NOT_FOUND where there is none. The set outlives its deletion for as long
  // as it is held.
  absl::StatusOr<std::shared_ptr<const LabelSet>> Find(
      std::string_view model, std::string_view name) const;

  // NOT_FOUND where there is none.
  absl::Status Delete(std::string_view model, std::string_view name);

  // By model and name.
  std::vector<std::shared_ptr<const LabelSet>> List() const;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Kept {
    std::shared_ptr<const LabelSet> set;
    size_t bytes = 0;
  };

  void GiveBack(size_t bytes);

  const LabelSetLimits limits_;
  mutable batching::Mutex mutex_;
  std::map<Key, Kept> sets_ ABSL_GUARDED_BY(mutex_);
  // Of the sets and the reservations.
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_LABEL_SET_REGISTRY_H_
