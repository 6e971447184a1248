#ifndef MODEL_TRAIN_WEB_DATASET_PAX_RECORDS_H_
#define MODEL_TRAIN_WEB_DATASET_PAX_RECORDS_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace clip::model {

// Reads the records "LENGTH KEY=VALUE\n" of a pax header by key; the last of
// equal keys counts. INVALID_ARGUMENT, without a place, for what is none.
absl::StatusOr<std::map<std::string, std::string>> ParsePaxRecords(
    std::string_view data);

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_PAX_RECORDS_H_
