#include "model/checkpoint/pickle_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/pickle_globals.h"
#include "model/checkpoint/rebuild_tensor.h"

namespace clip::model {
namespace {

using Kind = PickleValue::Kind;

// Names of Python's pickletools.
enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kBinFloat = 'G',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

absl::Status BrokenPickle(absl::string_view problem) {
  return absl::InvalidArgumentError(problem);
}

std::string Quoted(std::string_view text) {
  constexpr size_t kMaxShown = 80;
  return absl::StrCat(
      "'", absl::CHexEscape({text.data(), std::min(text.size(), kMaxShown)}),
      "'");
}

// Takes opcodes' arguments from the front of the pickle.
class ByteSource {
 public:
  explicit ByteSource(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  size_t position() const { return position_; }

  absl::StatusOr<std::string_view> Take(uint64_t size) {
    if (size > bytes_.size() - position_)
      return BrokenPickle("the pickle ends early");
    const std::string_view text(
        reinterpret_cast<const char*>(bytes_.data()) + position_, size);
    position_ += size;
    return text;
  }

  absl::StatusOr<uint64_t> Unsigned(size_t size) {
    CLIP_ASSIGN_OR_RETURN(const std::string_view text, Take(size));
    uint64_t value = 0;
    for (size_t i = size; i > 0; --i) {
      value = value << 8 | static_cast<uint8_t>(text[i - 1]);
    }
    return value;
  }

  // Two's complement of `size` bytes, at most eight.
  absl::StatusOr<int64_t> Signed(size_t size) {
    CLIP_ASSIGN_OR_RETURN(uint64_t value, Unsigned(size));
    const bool negative = size > 0 && (value >> (8 * size - 1) & 1) != 0;
    if (negative && size < 8) value |= ~uint64_t{0} << (8 * size);
    return static_cast<int64_t>(value);
  }

  // A length of `size` bytes and as much text.
  absl::StatusOr<std::string_view> Text(size_t size) {
    CLIP_ASSIGN_OR_RETURN(const uint64_t length, Unsigned(size));
    return Take(length);
  }

  // Up to a line feed, which is skipped.
  absl::StatusOr<std::string_view> Line() {
    constexpr size_t kMaxLine = 1024;
    const auto rest = bytes_.subspan(position_);
    const size_t size = std::min(rest.size(), kMaxLine);
    const auto* end = std::find(rest.begin(), rest.begin() + size, '\n');
    if (end == rest.begin() + size) return BrokenPickle("an import has no end");
    auto line = Take(static_cast<uint64_t>(end - rest.begin()));
    ++position_;
    return line;
  }

 private:
  const absl::Span<const uint8_t> bytes_;
  size_t position_ = 0;
};

// The stack machine that a pickle is a program for.
class PickleMachine {
 public:
  PickleMachine(absl::Span<const uint8_t> pickle, const PickleOptions& options)
      : source_(pickle), options_(options) {}

  absl::StatusOr<PickleDocument> Run();

 private:
  absl::Status Step(uint8_t opcode);
  absl::Status StepConstant(uint8_t opcode);
  absl::Status StepContainer(uint8_t opcode);
  absl::Status StepMemo(uint8_t opcode);
  absl::Status StepObject(uint8_t opcode);

  absl::Status Push(PickleRef value);
  absl::Status PushNew(PickleValue value);
  absl::Status PushInt(Kind kind, absl::StatusOr<int64_t> value);
  absl::Status PushText(Kind kind, absl::StatusOr<std::string_view> text);
  // What is above the last mark.
  absl::StatusOr<std::vector<PickleRef>> PopToMark();
  // The topmost `count` values, which must lie above the last mark.
  absl::StatusOr<std::vector<PickleRef>> Pop(size_t count);

  absl::Status PushTuple(absl::StatusOr<std::vector<PickleRef>> items);
  absl::Status AddItems(absl::StatusOr<std::vector<PickleRef>> items,
                        Kind kind);
  absl::Status Put(uint64_t index);
  absl::Status Get(absl::StatusOr<uint64_t> index);
  absl::Status Import(std::string_view module, std::string_view name);
  absl::Status PushStorage();
  absl::Status Reduce();
  absl::Status MakeModule();
  absl::Status Build();

  // Where in the file's dicts the machine is: "state_dict.logit_scale".
  std::string CurrentKey() const;
  PickleValue& At(PickleRef ref) { return values_[ref]; }

  ByteSource source_;
  const PickleOptions& options_;
  std::vector<PickleValue> values_;
  std::vector<PickleRef> stack_;
  // Heights of the stack.
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, PickleRef> memo_;
};

absl::StatusOr<PickleDocument> PickleMachine::Run() {
  while (true) {
    const size_t position = source_.position();
    CLIP_ASSIGN_OR_RETURN(const uint64_t opcode, source_.Unsigned(1));
    if (opcode == kStop) break;
    const absl::Status status = Step(static_cast<uint8_t>(opcode));
    if (status.ok()) continue;
    const std::string key = CurrentKey();
    return BrokenPickle(absl::StrCat("data.pkl, byte ", position,
                                     key.empty() ? "" : ", key ", key, ": ",
                                     status.message()));
  }
  if (stack_.size() != 1 || !marks_.empty()) {
    return BrokenPickle("data.pkl does not end with one value");
  }
  return PickleDocument{std::move(values_), stack_[0]};
}

absl::Status PickleMachine::Step(uint8_t opcode) {
  switch (opcode) {
    case kProto: {
      constexpr uint64_t kNewest = 5;
      CLIP_ASSIGN_OR_RETURN(const uint64_t version, source_.Unsigned(1));
      if (version <= kNewest) return absl::OkStatus();
      return BrokenPickle(
          absl::StrCat("pickle protocol ", version, " is unknown"));
    }
    case kFrame:
      return source_.Take(8).status();
    case kNone:
    case kNewTrue:
    case kNewFalse:
    case kBinInt:
    case kBinInt1:
    case kBinInt2:
    case kLong1:
    case kBinFloat:
    case kBinUnicode:
    case kShortBinUnicode:
    case kBinUnicode8:
    case kBinString:
    case kShortBinString:
    case kBinBytes:
    case kShortBinBytes:
      return StepConstant(opcode);
    case kMark:
    case kEmptyTuple:
    case kTuple:
    case kTuple1:
    case kTuple2:
    case kTuple3:
    case kEmptyList:
    case kAppend:
    case kAppends:
    case kEmptyDict:
    case kSetItem:
    case kSetItems:
      return StepContainer(opcode);
    case kBinPut:
    case kLongBinPut:
    case kMemoize:
    case kBinGet:
    case kLongBinGet:
      return StepMemo(opcode);
    default:
      return StepObject(opcode);
  }
}

absl::Status PickleMachine::StepConstant(uint8_t opcode) {
  switch (opcode) {
    case kNone:
      return PushNew({});
    case kNewTrue:
      return PushInt(Kind::kBool, 1);
    case kNewFalse:
      return PushInt(Kind::kBool, 0);
    case kBinInt:
      return PushInt(Kind::kInt, source_.Signed(4));
    case kBinInt1:
      return PushInt(Kind::kInt, source_.Unsigned(1));
    case kBinInt2:
      return PushInt(Kind::kInt, source_.Unsigned(2));
    case kLong1: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t size, source_.Unsigned(1));
      if (size <= 8) return PushInt(Kind::kInt, source_.Signed(size));
      return BrokenPickle("a number has more than 64 bits");
    }
    case kBinFloat:
      return PushText(Kind::kOpaque, source_.Take(8));
    case kBinUnicode:
      return PushText(Kind::kString, source_.Text(4));
    case kShortBinUnicode:
      return PushText(Kind::kString, source_.Text(1));
    case kBinUnicode8:
      return PushText(Kind::kString, source_.Text(8));
    case kBinString:
    case kBinBytes:
      return PushText(Kind::kOpaque, source_.Text(4));
    default:  // kShortBinString, kShortBinBytes
      return PushText(Kind::kOpaque, source_.Text(1));
  }
}

absl::Status PickleMachine::StepContainer(uint8_t opcode) {
  switch (opcode) {
    case kMark:
      if (marks_.size() >= options_.max_values)
        return BrokenPickle("too many marks");
      marks_.push_back(stack_.size());
      return absl::OkStatus();
    case kEmptyTuple:
      return PushTuple(std::vector<PickleRef>());
    case kTuple:
      return PushTuple(PopToMark());
    case kTuple1:
      return PushTuple(Pop(1));
    case kTuple2:
      return PushTuple(Pop(2));
    case kTuple3:
      return PushTuple(Pop(3));
    case kEmptyList:
    case kEmptyDict: {
      PickleValue value;
      value.kind = opcode == kEmptyList ? Kind::kList : Kind::kDict;
      return PushNew(std::move(value));
    }
    case kAppend:
      return AddItems(Pop(1), Kind::kList);
    case kAppends:
      return AddItems(PopToMark(), Kind::kList);
    case kSetItem:
      return AddItems(Pop(2), Kind::kDict);
    default:  // kSetItems
      return AddItems(PopToMark(), Kind::kDict);
  }
}

absl::Status PickleMachine::StepMemo(uint8_t opcode) {
  switch (opcode) {
    case kBinPut: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t index, source_.Unsigned(1));
      return Put(index);
    }
    case kLongBinPut: {
      CLIP_ASSIGN_OR_RETURN(const uint64_t index, source_.Unsigned(4));
      return Put(index);
    }
    case kMemoize:
      return Put(memo_.size());
    case kBinGet:
      return Get(source_.Unsigned(1));
    default:  // kLongBinGet
      return Get(source_.Unsigned(4));
  }
}

absl::Status PickleMachine::StepObject(uint8_t opcode) {
  switch (opcode) {
    case kGlobal: {
      CLIP_ASSIGN_OR_RETURN(const std::string_view module, source_.Line());
      CLIP_ASSIGN_OR_RETURN(const std::string_view name, source_.Line());
      return Import(module, name);
    }
    case kStackGlobal: {
      CLIP_ASSIGN_OR_RETURN(const auto names, Pop(2));
      const PickleValue& module = At(names[0]);
      const PickleValue& name = At(names[1]);
      if (module.kind == Kind::kString && name.kind == Kind::kString) {
        return Import(module.text, name.text);
      }
      return BrokenPickle("an import has no name");
    }
    case kBinPersId:
      return PushStorage();
    case kReduce:
      return Reduce();
    case kNewObj:
      return MakeModule();
    case kBuild:
      return Build();
    default:
      return BrokenPickle(absl::StrCat("opcode 0x",
                                       absl::Hex(opcode, absl::kZeroPad2),
                                       " has no place among weights"));
  }
}

absl::Status PickleMachine::Push(PickleRef value) {
  if (stack_.size() >= options_.max_values) {
    return BrokenPickle("too many values on the stack");
  }
  stack_.push_back(value);
  return absl::OkStatus();
}

absl::Status PickleMachine::PushNew(PickleValue value) {
  if (values_.size() >= options_.max_values) {
    return BrokenPickle(
        absl::StrCat("more than ", options_.max_values, " values"));
  }
  values_.push_back(std::move(value));
  return Push(static_cast<PickleRef>(values_.size() - 1));
}

absl::Status PickleMachine::PushInt(Kind kind, absl::StatusOr<int64_t> number) {
  CLIP_RETURN_IF_ERROR(number.status());
  PickleValue value;
  value.kind = kind;
  value.integer = *number;
  return PushNew(std::move(value));
}

absl::Status PickleMachine::PushText(Kind kind,
                                     absl::StatusOr<std::string_view> text) {
  CLIP_RETURN_IF_ERROR(text.status());
  PickleValue value;
  value.kind = kind;
  value.text = *text;
  return PushNew(std::move(value));
}

absl::StatusOr<std::vector<PickleRef>> PickleMachine::PopToMark() {
  if (marks_.empty()) return BrokenPickle("a mark is missing");
  const size_t height = marks_.back();
  marks_.pop_back();
  std::vector<PickleRef> items(stack_.begin() + static_cast<ptrdiff_t>(height),
                               stack_.end());
  stack_.resize(height);
  return items;
}

absl::StatusOr<std::vector<PickleRef>> PickleMachine::Pop(size_t count) {
  const size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() - floor < count) return BrokenPickle("the stack is empty");
  const auto first = stack_.end() - static_cast<ptrdiff_t>(count);
  std::vector<PickleRef> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  return items;
}

absl::Status PickleMachine::PushTuple(
    absl::StatusOr<std::vector<PickleRef>> items) {
  CLIP_RETURN_IF_ERROR(items.status());
  PickleValue tuple;
  tuple.kind = Kind::kTuple;
  tuple.items = *std::move(items);
  return PushNew(std::move(tuple));
}

absl::Status PickleMachine::AddItems(
    absl::StatusOr<std::vector<PickleRef>> items, Kind kind) {
  CLIP_RETURN_IF_ERROR(items.status());
  CLIP_ASSIGN_OR_RETURN(const auto target, Pop(1));
  PickleValue& value = At(target[0]);
  if (value.kind != kind)
    return BrokenPickle("items are added to what takes none");
  if (kind == Kind::kDict && items->size() % 2 != 0) {
    return BrokenPickle("a key has no value");
  }
  value.items.insert(value.items.end(), items->begin(), items->end());
  return Push(target[0]);
}

absl::Status PickleMachine::Put(uint64_t index) {
  CLIP_ASSIGN_OR_RETURN(const auto value, Pop(1));
  if (memo_.size() >= options_.max_values) {
    return BrokenPickle("too many values in the memo");
  }
  memo_[index] = value[0];
  return Push(value[0]);
}

absl::Status PickleMachine::Get(absl::StatusOr<uint64_t> index) {
  CLIP_RETURN_IF_ERROR(index.status());
  const auto value = memo_.find(*index);
  if (value == memo_.end()) return BrokenPickle("the memo has no such value");
  return Push(value->second);
}

absl::Status PickleMachine::Import(std::string_view module,
                                   std::string_view name) {
  const auto import = FindPickleImport(module, name, options_.allow_modules);
  if (!import.has_value()) {
    return BrokenPickle(absl::StrCat(
        "imports ", Quoted(std::string(module) + "." + std::string(name)),
        ", which weights do not need; nothing was executed. Save the "
        "state_dict alone, best as .safetensors"));
  }
  PickleValue value;
  value.kind = Kind::kGlobal;
  value.integer = static_cast<int64_t>(import->global);
  value.dtype = import->dtype;
  return PushNew(std::move(value));
}

// ('storage', class, record's name, device, elements)
absl::Status PickleMachine::PushStorage() {
  constexpr size_t kParts = 5;
  CLIP_ASSIGN_OR_RETURN(const auto id, Pop(1));
  const PickleValue& tuple = At(id[0]);
  if (tuple.kind != Kind::kTuple || tuple.items.size() != kParts) {
    return BrokenPickle("a persistent id is not that of a storage");
  }
  const PickleValue& type = At(tuple.items[0]);
  const PickleValue& storage_class = At(tuple.items[1]);
  const PickleValue& key = At(tuple.items[2]);
  const PickleValue& size = At(tuple.items[4]);
  if (type.kind != Kind::kString || type.text != "storage" ||
      storage_class.kind != Kind::kGlobal ||
      storage_class.integer !=
          static_cast<int64_t>(PickleGlobal::kStorageClass) ||
      key.kind != Kind::kString || size.kind != Kind::kInt ||
      size.integer < 0) {
    return BrokenPickle("a persistent id is not that of a storage");
  }
  PickleValue storage;
  storage.kind = Kind::kStorage;
  storage.integer = size.integer;
  storage.dtype = storage_class.dtype;
  storage.text = key.text;
  return PushNew(std::move(storage));
}

absl::Status PickleMachine::Reduce() {
  CLIP_ASSIGN_OR_RETURN(const auto call, Pop(2));
  const PickleValue& callable = At(call[0]);
  const PickleValue& arguments = At(call[1]);
  if (callable.kind != Kind::kGlobal || arguments.kind != Kind::kTuple) {
    return BrokenPickle("calls what is no function");
  }
  PickleValue result;
  switch (static_cast<PickleGlobal>(callable.integer)) {
    case PickleGlobal::kOrderedDict:
      if (!arguments.items.empty())
        return BrokenPickle("OrderedDict has arguments");
      result.kind = Kind::kDict;
      return PushNew(std::move(result));
    case PickleGlobal::kRebuildTensor: {
      CLIP_ASSIGN_OR_RETURN(PickledTensor tensor,
                            RebuildTensor(values_, arguments.items));
      result.kind = Kind::kTensor;
      result.tensor = std::make_shared<PickledTensor>(std::move(tensor));
      return PushNew(std::move(result));
    }
    case PickleGlobal::kRebuildParameter:
      // The tensor, requires_grad and its hooks.
      if (arguments.items.size() == 3 &&
          At(arguments.items[0]).kind == Kind::kTensor) {
        return Push(arguments.items[0]);
      }
      return BrokenPickle("_rebuild_parameter is given no tensor");
    default:
      return BrokenPickle("calls a class that is no function");
  }
}

absl::Status PickleMachine::MakeModule() {
  CLIP_ASSIGN_OR_RETURN(const auto call, Pop(2));
  const PickleValue& type = At(call[0]);
  const PickleValue& arguments = At(call[1]);
  if (type.kind != Kind::kGlobal ||
      type.integer != static_cast<int64_t>(PickleGlobal::kModuleClass) ||
      arguments.kind != Kind::kTuple || !arguments.items.empty()) {
    return BrokenPickle("makes an object that is no module");
  }
  PickleValue module;
  module.kind = Kind::kModule;
  return PushNew(std::move(module));
}

absl::Status PickleMachine::Build() {
  CLIP_ASSIGN_OR_RETURN(const auto parts, Pop(2));
  PickleValue& object = At(parts[0]);
  PickleValue& state = At(parts[1]);
  if (state.kind != Kind::kDict)
    return BrokenPickle("an object's state is no dict");
  if (object.kind == Kind::kModule) {
    if (!object.items.empty()) return BrokenPickle("a module is built twice");
    // Moved, not copied: a dict that many modules share must not multiply.
    object.items = std::move(state.items);
  } else if (object.kind != Kind::kDict) {
    return BrokenPickle("gives a state to what has none");
  }
  // A state dict's own state is its _metadata, of which nothing is needed.
  return Push(parts[0]);
}

std::string PickleMachine::CurrentKey() const {
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
        keys.push_back(Quoted(value.text));
        break;
      }
    }
  }
  return absl::StrJoin(keys, " ");
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
