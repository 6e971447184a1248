#ifndef TESTS_MODEL_CHECKPOINT_PICKLE_PROGRAM_H_
#define TESTS_MODEL_CHECKPOINT_PICKLE_PROGRAM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clip::model {

// Writes a pickle, opcode by opcode.
class PickleProgram {
 public:
  PickleProgram() : bytes_("\x80\x02") {}

  PickleProgram& Raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleProgram& Text(std::string_view text) {
    return Raw("X").Raw(Number(text.size(), 4)).Raw(text);
  }
  PickleProgram& Int(int64_t value) {
    return Raw(std::string_view("\x8a\x08", 2))
        .Raw(Number(static_cast<uint64_t>(value), 8));
  }
  PickleProgram& Global(std::string_view module, std::string_view name) {
    return Raw("c").Raw(module).Raw("\n").Raw(name).Raw("\n");
  }
  PickleProgram& Tuple(const std::vector<int64_t>& values) {
    Raw("(");
    for (const int64_t value : values) Int(value);
    return Raw("t");
  }
  PickleProgram& OrderedDict() {
    return Global("collections", "OrderedDict").Raw(")R");
  }
  PickleProgram& Storage(std::string_view type, std::string_view key,
                         int64_t size) {
    return Raw("(")
        .Text("storage")
        .Global("torch", type)
        .Text(key)
        .Text("cpu")
        .Int(size)
        .Raw("tQ");
  }
  // A float32 tensor on the storage "0".
  PickleProgram& Tensor(int64_t storage_size, int64_t offset,
                        const std::vector<int64_t>& shape,
                        const std::vector<int64_t>& stride) {
    return Global("torch._utils", "_rebuild_tensor_v2")
        .Raw("(")
        .Storage("FloatStorage", "0", storage_size)
        .Int(offset)
        .Tuple(shape)
        .Tuple(stride)
        .Raw("\x89")
        .OrderedDict()
        .Raw("tR");
  }

  // The finished pickle.
  std::string Stop() const { return bytes_ + "."; }

 private:
  static std::string Number(uint64_t value, int size) {
    std::string bytes;
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
  }

  std::string bytes_;
};

}  // namespace clip::model

#endif  // TESTS_MODEL_CHECKPOINT_PICKLE_PROGRAM_H_
