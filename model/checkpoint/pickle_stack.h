#ifndef MODEL_CHECKPOINT_PICKLE_STACK_H_
#define MODEL_CHECKPOINT_PICKLE_STACK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/checkpoint/pickle_value.h"

namespace clip::model {

// What the stack machine of a pickle holds: all its values, the stack and the
// memo, which refer to them, and the marks on the stack. Not thread-safe.
//
// Errors: INVALID_ARGUMENT for what is not there, and for an addition to one of
// the four that has `max_values` entries.
class PickleStack {
 public:
  explicit PickleStack(size_t max_values) : max_values_(max_values) {}

  absl::Status Push(PickleRef value);
  absl::Status PushNew(PickleValue value);
  absl::Status PushMark();
  // What is above the last mark, which goes with it.
  absl::StatusOr<std::vector<PickleRef>> PopToMark();
  // The topmost `count` values, which must lie above the last mark.
  absl::StatusOr<std::vector<PickleRef>> Pop(size_t count);

  // Notes the topmost value under `index`, or under the number of entries.
  absl::Status Put(uint64_t index);
  absl::Status Memoize() { return Put(memo_.size()); }
  // Pushes what was noted under `index`.
  absl::Status Get(uint64_t index);

  // `ref` must have come from here. Valid until the next PushNew.
  PickleValue& At(PickleRef ref) { return values_[ref]; }
  const std::vector<PickleValue>& values() const { return values_; }

  // Where in the file's dicts the machine is: "state_dict.logit_scale".
  std::string CurrentKey() const;

  // Gives the values away; an error unless one is left and no mark.
  absl::StatusOr<PickleDocument> Finish() &&;

 private:
  const size_t max_values_;
  std::vector<PickleValue> values_;
  std::vector<PickleRef> stack_;
  // Heights of the stack.
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleRef> memo_;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLE_STACK_H_
