#include "model/checkpoint/step_pickle_constant.h"

#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_errors.h"

namespace clip::model {
namespace {

using Kind = PickleValue::Kind;
using Op = PickleOpcode;

absl::Status PushInt(Kind kind, absl::StatusOr<int64_t> number,
                     PickleStack& stack) {
  CLIP_RETURN_IF_ERROR(number.status());
  PickleValue value;
  value.kind = kind;
  value.integer = *number;
  return stack.PushNew(std::move(value));
}

absl::Status PushText(Kind kind, absl::StatusOr<std::string_view> text,
                      PickleStack& stack) {
  CLIP_RETURN_IF_ERROR(text.status());
  PickleValue value;
  value.kind = kind;
  value.text = *text;
  return stack.PushNew(std::move(value));
}

}  // namespace

absl::Status StepPickleConstant(PickleOpcode opcode, PickleSource& source,
                                PickleStack& stack) {
  switch (opcode) {
    case Op::kNone:
      return stack.PushNew({});
    case Op::kNewTrue:
      return PushInt(Kind::kBool, 1, stack);
    case Op::kNewFalse:
      return PushInt(Kind::kBool, 0, stack);
    case Op::kBinInt:
      return PushInt(Kind::kInt, source.Signed(4), stack);
    case Op::kBinInt1:
      return PushInt(Kind::kInt, source.Unsigned(1), stack);
    case Op::kBinInt2:
      return PushInt(Kind::kInt, source.Unsigned(2), stack);
    case Op::kLong1: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t size, source.Unsigned(1));
      if (size <= 8) return PushInt(Kind::kInt, source.Signed(size), stack);
      return BrokenPickle("a number has more than 64 bits");
    }
    case Op::kBinFloat:
      return PushText(Kind::kOpaque, source.Take(8), stack);
    case Op::kBinUnicode:
      return PushText(Kind::kString, source.Text(4), stack);
    case Op::kShortBinUnicode:
      return PushText(Kind::kString, source.Text(1), stack);
    case Op::kBinUnicode8:
      return PushText(Kind::kString, source.Text(8), stack);
    case Op::kBinString:
    case Op::kBinBytes:
      return PushText(Kind::kOpaque, source.Text(4), stack);
    default:  // kShortBinString, kShortBinBytes
      return PushText(Kind::kOpaque, source.Text(1), stack);
  }
}

}  // namespace clip::model
