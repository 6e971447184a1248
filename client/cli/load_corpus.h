#ifndef CLIENT_CLI_LOAD_CORPUS_H_
#define CLIENT_CLI_LOAD_CORPUS_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/load_flags.h"
#include "client/load/corpus.h"

namespace clip::client {

// What the calls of a load run hold, and what a person calls it: paths, and the
// texts themselves, in the order of their ids. Generated items have no name.
struct PlannedCorpus {
  load::Corpus corpus;
  std::vector<std::string> picture_names;
  std::vector<std::string> text_names;
};

// Reads the pictures and texts that the flags name. INVALID_ARGUMENT or
// NOT_FOUND says what is wrong. `max_bytes`: of one picture. `in` is standard
// input.
absl::StatusOr<PlannedCorpus> PlanCorpus(const LoadFlags& flags,
                                         size_t max_bytes, std::istream& in);

}  // namespace clip::client

#endif  // CLIENT_CLI_LOAD_CORPUS_H_
