#include "model/checkpoint/step_pickle_container.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_errors.h"

namespace clip::model {
namespace {

using Kind = PickleValue::Kind;
using Op = PickleOpcode;

absl::Status PushTuple(absl::StatusOr<std::vector<PickleRef>> items,
                       PickleStack& stack) {
  CLIP_RETURN_IF_ERROR(items.status());
  PickleValue tuple;
  tuple.kind = Kind::kTuple;
  tuple.items = *std::move(items);
  return stack.PushNew(std::move(tuple));
}

absl::Status AddItems(absl::StatusOr<std::vector<PickleRef>> items, Kind kind,
                      PickleStack& stack) {
  CLIP_RETURN_IF_ERROR(items.status());
  CLIP_ASSIGN_OR_RETURN(const auto target, stack.Pop(1));
  PickleValue& value = stack.At(target[0]);
  if (value.kind != kind)
    return BrokenPickle("items are added to what takes none");
  if (kind == Kind::kDict && items->size() % 2 != 0) {
    return BrokenPickle("a key has no value");
  }
  value.items.insert(value.items.end(), items->begin(), items->end());
  return stack.Push(target[0]);
}

}  // namespace

absl::Status StepPickleContainer(PickleOpcode opcode, PickleStack& stack) {
  switch (opcode) {
    case Op::kMark:
      return stack.PushMark();
    case Op::kEmptyTuple:
      return PushTuple(std::vector<PickleRef>(), stack);
    case Op::kTuple:
      return PushTuple(stack.PopToMark(), stack);
    case Op::kTuple1:
      return PushTuple(stack.Pop(1), stack);
    case Op::kTuple2:
      return PushTuple(stack.Pop(2), stack);
    case Op::kTuple3:
      return PushTuple(stack.Pop(3), stack);
    case Op::kEmptyList:
    case Op::kEmptyDict: {
      PickleValue value;
      value.kind = opcode == Op::kEmptyList ? Kind::kList : Kind::kDict;
      return stack.PushNew(std::move(value));
    }
    case Op::kAppend:
      return AddItems(stack.Pop(1), Kind::kList, stack);
    case Op::kAppends:
      return AddItems(stack.PopToMark(), Kind::kList, stack);
    case Op::kSetItem:
      return AddItems(stack.Pop(2), Kind::kDict, stack);
    default:  // kSetItems
      return AddItems(stack.PopToMark(), Kind::kDict, stack);
  }
}

}  // namespace clip::model
