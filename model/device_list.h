#ifndef MODEL_DEVICE_LIST_H_
#define MODEL_DEVICE_LIST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace clip::model {

// Reads the name of a device, or several separated by commas: "auto" alone,
// "cpu" any number of times, or "cuda:N", each GPU once. Whether they are there
// is found out when a model is loaded. Copies on unlike devices would keep each
// other waiting, so the two kinds are not mixed. Pure.
//
// INVALID_ARGUMENT with one line that says what is wrong.
absl::StatusOr<std::vector<std::string>> ParseDeviceList(
    absl::string_view list);

}  // namespace clip::model

#endif  // MODEL_DEVICE_LIST_H_
