#include "model/checkpoint/safetensors_writer.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/safetensors_header.h"

namespace clip::model {
namespace {

using Item = StateDict::Tensors::value_type;

std::vector<const Item*> InFileOrder(const StateDict::Tensors& tensors) {
  std::vector<const Item*> items;
  for (const Item& item : tensors) items.push_back(&item);
  std::stable_sort(items.begin(), items.end(), [](auto* a, auto* b) {
    return SizeOf(a->second.dtype) > SizeOf(b->second.dtype);
  });
  return items;
}

std::string MakeHeader(const std::vector<const Item*>& items, uint64_t* size) {
  nlohmann::ordered_json header;
  header["__metadata__"] = {{"format", "pt"}};
  *size = 0;
  for (const Item* item : items) {
    const TensorView& view = item->second;
    const uint64_t end = *size + view.bytes.size();
    header[item->first] = {{"dtype", std::string(NameOf(view.dtype))},
                           {"shape", view.shape},
                           {"data_offsets", {*size, end}}};
    *size = end;
  }
  std::string text = header.dump();
  constexpr size_t kAlignment = 8;
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  return text;
}

std::string LittleEndian(uint64_t value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(value); ++i) {
    bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
  }
  return bytes;
}

}  // namespace

absl::Status WriteSafetensors(const std::string& path,
                              const StateDict::Tensors& tensors,
                              AtomicFile::Hook hook) {
  const std::vector<const Item*> items = InFileOrder(tensors);
  uint64_t size = 0;
  const std::string header = MakeHeader(items, &size);
  const auto checked = ParseSafetensorsHeader(header, size);
  if (!checked.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", checked.status().message()));
  }
  CLIP_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                        AtomicFile::Create(path, std::move(hook)));
  CLIP_RETURN_IF_ERROR(file->Append(LittleEndian(header.size())));
  CLIP_RETURN_IF_ERROR(file->Append(header));
  for (const Item* item : items) {
    CLIP_RETURN_IF_ERROR(file->Append(item->second.bytes));
  }
  return file->Commit();
}

}  // namespace clip::model
