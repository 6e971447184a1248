#include "server/service/served_models.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "server/service/errors.h"

namespace clip::server {

absl::StatusOr<ServedModels> ServedModels::Create(
    std::vector<ServedModel> models) {
  if (models.empty()) return absl::InvalidArgumentError("no model is given");
  std::set<std::string_view> names;
  for (const ServedModel& model : models) {
    if (model.name.empty()) {
      return absl::InvalidArgumentError("a model has an empty name");
    }
    if (!names.insert(model.name).second) {
      return absl::InvalidArgumentError(
          fmt::format("two models have the name \"{}\"", model.name));
    }
  }
  return ServedModels(std::move(models));
}

ServedModels::ServedModels(std::vector<ServedModel> models)
    : models_(std::move(models)) {}

absl::StatusOr<const ServedModel*> ServedModels::Find(
    std::string_view name) const {
  if (name.empty()) return &models_.front();
  // A server holds a handful of models: a walk is quicker than a hash.
  for (const ServedModel& model : models_) {
    if (model.name == name) return &model;
  }
  return UnknownModel(name);
}

}  // namespace clip::server
