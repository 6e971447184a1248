#ifndef MODEL_TRAIN_PAIR_SOURCE_H_
#define MODEL_TRAIN_PAIR_SOURCE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace clip::model {

// An encoded picture and its caption (or class).
struct ImageTextPair {
  std::string image;
  std::string text;
};

// A data set of pairs that can be read in any order. Thread-safe.
class PairSource {
 public:
  virtual ~PairSource() = default;

  virtual size_t size() const = 0;

  // Errors, each one line that names file and line or key: NOT_FOUND for a
  // picture that is not there; INVALID_ARGUMENT for one that cannot be read or
  // is too large.
  virtual absl::StatusOr<ImageTextPair> Read(size_t index) const = 0;

  // Where the pair stands, for messages: "pairs.csv:12".
  virtual std::string Where(size_t index) const = 0;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_PAIR_SOURCE_H_
