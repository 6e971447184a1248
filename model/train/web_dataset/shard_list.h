#ifndef MODEL_TRAIN_WEB_DATASET_SHARD_LIST_H_
#define MODEL_TRAIN_WEB_DATASET_SHARD_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace clip::model {

// The files that a WebDataset address means, in order: parts joined by "::",
// in each of which braces expand as in a shell and in open_clip: {0000..0012}
// (with a step behind a further ".."), {a..e}, {train,val}, one in another,
// and a backslash before what is meant as it stands.
//
// INVALID_ARGUMENT, naming the address, for braces that do not close, more
// than a million files, and addresses that are no files (pipe:, http://).
absl::StatusOr<std::vector<std::string>> ExpandShardList(
    std::string_view address);

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_SHARD_LIST_H_
