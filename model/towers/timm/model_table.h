#ifndef MODEL_TOWERS_TIMM_MODEL_TABLE_H_
#define MODEL_TOWERS_TIMM_MODEL_TABLE_H_

#include <array>
#include <string_view>
#include <vector>

namespace clip::model {

// timm's name of a model and what it stands for.
template <typename Options>
struct ModelEntry {
  std::string_view name;
  Options options;
};

// One line a model.
template <typename Options, size_t kCount>
using ModelTable = std::array<ModelEntry<Options>, kCount>;

template <typename Table>
std::vector<std::string_view> NamesOf(const Table& table) {
  std::vector<std::string_view> names;
  for (const auto& entry : table) names.push_back(entry.name);
  return names;
}

// nullptr where the table has no such name.
template <typename Options, size_t kCount>
const Options* FindModel(const ModelTable<Options, kCount>& table,
                         std::string_view name) {
  for (const auto& entry : table) {
    if (entry.name == name) return &entry.options;
  }
  return nullptr;
}

}  // namespace clip::model

#endif  // MODEL_TOWERS_TIMM_MODEL_TABLE_H_
