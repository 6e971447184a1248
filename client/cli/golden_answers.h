#ifndef CLIENT_CLI_GOLDEN_ANSWERS_H_
#define CLIENT_CLI_GOLDEN_ANSWERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/load_corpus.h"
#include "client/load/call_spec.h"

namespace clip::client {

// The embedding that an item of a load run must get.
struct KnownAnswer {
  // kImage or kText.
  load::CallKind kind;
  // Of the item in the corpus.
  uint64_t id;
  std::vector<float> embedding;
};

// Adds what the array at `path` and the "names" in `path`.json say of the
// pictures and texts of this run: the form that `--output npy` writes. A
// picture is the same where its path is, a text where it is equal. Names of
// other items are left out. INVALID_ARGUMENT or NOT_FOUND where a file is not
// of that form, or says nothing of any item of the run.
absl::Status AddGoldenAnswers(const std::string& path,
                              const PlannedCorpus& corpus,
                              std::vector<KnownAnswer>& known);

}  // namespace clip::client

#endif  // CLIENT_CLI_GOLDEN_ANSWERS_H_
