#include "model/checkpoint/pickle_reader.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_errors.h"
#include "model/checkpoint/pickle_opcode.h"
#include "model/checkpoint/pickle_source.h"
#include "model/checkpoint/pickle_stack.h"
#include "model/checkpoint/step_pickle_constant.h"
#include "model/checkpoint/step_pickle_container.h"
#include "model/checkpoint/step_pickle_object.h"

namespace clip::model {
namespace {

using Op = PickleOpcode;

// The stack machine that a pickle is a program for.
class PickleMachine {
 public:
  PickleMachine(absl::Span<const uint8_t> pickle, const PickleOptions& options)
      : source_(pickle), options_(options), stack_(options.max_values) {}

  absl::StatusOr<PickleDocument> Run();

 private:
  absl::Status Step(Op opcode);
  absl::Status StepMemo(Op opcode);

  PickleSource source_;
  const PickleOptions& options_;
  PickleStack stack_;
};

absl::StatusOr<PickleDocument> PickleMachine::Run() {
  while (true) {
    const size_t position = source_.position();
    CLIP_ASSIGN_OR_RETURN(const uint64_t opcode, source_.Unsigned(1));
    if (opcode == static_cast<uint64_t>(Op::kStop)) break;
    const absl::Status status = Step(static_cast<Op>(opcode));
    if (status.ok()) continue;
    const std::string key = stack_.CurrentKey();
    return BrokenPickle(absl::StrCat("data.pkl, byte ", position,
                                     key.empty() ? "" : ", key ", key, ": ",
                                     status.message()));
  }
  return std::move(stack_).Finish();
}

absl::Status PickleMachine::Step(Op opcode) {
  switch (opcode) {
    case Op::kProto: {
      constexpr uint64_t kNewest = 5;
      CLIP_ASSIGN_OR_RETURN(const uint64_t version, source_.Unsigned(1));
      if (version <= kNewest) return absl::OkStatus();
      return BrokenPickle(
          absl::StrCat("pickle protocol ", version, " is unknown"));
    }
    case Op::kFrame:
      return source_.Take(8).status();
    case Op::kNone:
    case Op::kNewTrue:
    case Op::kNewFalse:
    case Op::kBinInt:
    case Op::kBinInt1:
    case Op::kBinInt2:
    case Op::kLong1:
    case Op::kBinFloat:
    case Op::kBinUnicode:
    case Op::kShortBinUnicode:
    case Op::kBinUnicode8:
    case Op::kBinString:
    case Op::kShortBinString:
    case Op::kBinBytes:
    case Op::kShortBinBytes:
      return StepPickleConstant(opcode, source_, stack_);
    case Op::kMark:
    case Op::kEmptyTuple:
    case Op::kTuple:
    case Op::kTuple1:
    case Op::kTuple2:
    case Op::kTuple3:
    case Op::kEmptyList:
    case Op::kAppend:
    case Op::kAppends:
    case Op::kEmptyDict:
    case Op::kSetItem:
    case Op::kSetItems:
      return StepPickleContainer(opcode, stack_);
    case Op::kBinPut:
    case Op::kLongBinPut:
    case Op::kMemoize:
    case Op::kBinGet:
    case Op::kLongBinGet:
      return StepMemo(opcode);
    default:
      return StepPickleObject(opcode, options_.allow_modules, source_, stack_);
  }
}

absl::Status PickleMachine::StepMemo(Op opcode) {
  switch (opcode) {
    case Op::kBinPut: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t index, source_.Unsigned(1));
      return stack_.Put(index);
    }
    case Op::kLongBinPut: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t index, source_.Unsigned(4));
      return stack_.Put(index);
    }
    case Op::kMemoize:
      return stack_.Memoize();
    case Op::kBinGet: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t index, source_.Unsigned(1));
      return stack_.Get(index);
    }
    default: {  // kLongBinGet
      CLIP_ASSIGN_OR_RETURN(const uint64_t index, source_.Unsigned(4));
      return stack_.Get(index);
    }
  }
}

}  // namespace

absl::StatusOr<PickleDocument> ReadPickle(absl::Span<const uint8_t> pickle,
                                          const PickleOptions& options) {
  if (pickle.size() > options.max_bytes) {
    return BrokenPickle(absl::StrCat("data.pkl has ", pickle.size(),
                                     " bytes; the limit is ",
                                     options.max_bytes));
  }
  return PickleMachine(pickle, options).Run();
}

}  // namespace clip::model
