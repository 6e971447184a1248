#include "model/checkpoint/pickle_stack.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_errors.h"

namespace clip::model {

absl::Status PickleStack::Push(PickleRef value) {
  if (stack_.size() >= max_values_) {
    return BrokenPickle("too many values on the stack");
  }
  stack_.push_back(value);
  return absl::OkStatus();
}

absl::Status PickleStack::PushNew(PickleValue value) {
  if (values_.size() >= max_values_) {
    return BrokenPickle(absl::StrCat("more than ", max_values_, " values"));
  }
  values_.push_back(std::move(value));
  return Push(static_cast<PickleRef>(values_.size() - 1));
}

absl::Status PickleStack::PushMark() {
  if (marks_.size() >= max_values_) return BrokenPickle("too many marks");
  marks_.push_back(stack_.size());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PickleRef>> PickleStack::PopToMark() {
  if (marks_.empty()) return BrokenPickle("a mark is missing");
  const size_t height = marks_.back();
  marks_.pop_back();
  std::vector<PickleRef> items(stack_.begin() + static_cast<ptrdiff_t>(height),
                               stack_.end());
  stack_.resize(height);
  return items;
}

absl::StatusOr<std::vector<PickleRef>> PickleStack::Pop(size_t count) {
  const size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() - floor < count) return BrokenPickle("the stack is empty");
  const auto first = stack_.end() - static_cast<ptrdiff_t>(count);
  std::vector<PickleRef> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  return items;
}

absl::Status PickleStack::Put(uint64_t index) {
  CLIP_ASSIGN_OR_RETURN(const auto value, Pop(1));
  if (memo_.size() >= max_values_) {
    return BrokenPickle("too many values in the memo");
  }
  memo_[index] = value[0];
  return Push(value[0]);
}

absl::Status PickleStack::Get(uint64_t index) {
  const auto value = memo_.find(index);
  if (value == memo_.end()) return BrokenPickle("the memo has no such value");
  return Push(value->second);
}

std::string PickleStack::CurrentKey() const {
  using Kind = PickleValue::Kind;
  constexpr size_t kMaxKeys = 4;
  std::vector<std::string> keys;
  for (size_t i = 0; i < marks_.size() && keys.size() < kMaxKeys; ++i) {
    const size_t begin = marks_[i];
    const size_t end = i + 1 < marks_.size() ? marks_[i + 1] : stack_.size();
    if (begin == 0 || values_[stack_[begin - 1]].kind == Kind::kGlobal) break;
    // Key, value, key, value...: the last string in a key's place.
    for (size_t at = begin; at < end; at += 2) {
      const PickleValue& value = values_[stack_[at]];
      if (value.kind != Kind::kString) break;
      if (at + 2 >= end || values_[stack_[at + 2]].kind != Kind::kString) {
        keys.push_back(QuotedPickleText(value.text));
        break;
      }
    }
  }
  return absl::StrJoin(keys, " ");
}

absl::StatusOr<PickleDocument> PickleStack::Finish() && {
  if (stack_.size() != 1 || !marks_.empty()) {
    return BrokenPickle("data.pkl does not end with one value");
  }
  return PickleDocument{std::move(values_), stack_[0]};
}

}  // namespace clip::model
