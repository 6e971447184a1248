#ifndef CLIENT_LOAD_ANSWER_CHECK_H_
#define CLIENT_LOAD_ANSWER_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/clip_values.h"
#include "client/load/call_spec.h"

namespace clip::client::load {

// Whether a server under load gives the right answers, those that it gave when
// it was quiet or those of a file, so that speed cannot hide wrong output: a
// mix-up of two calls, say.
//
// Known answers are learnt first, by one thread; from then on it is
// thread-safe.
class AnswerCheck {
 public:
  // Batches round differently; two items, or noise, are further apart.
  static constexpr double kDefaultMinCosine = 0.99;

  // `min_cosine`: of an answer with the known one; in (0, 1].
  explicit AnswerCheck(double min_cosine = kDefaultMinCosine)
      : min_cosine_(min_cosine) {}

  // The right answer for item `id`, a picture (kImage) or a text (kText).
  void Learn(CallKind kind, uint64_t id, std::vector<float> embedding);

  bool Knows(CallKind kind, uint64_t id) const {
    return known_.count({kind, id}) > 0;
  }

  // How many of the answers are for known items. DATA_LOSS where one of them
  // is not the known answer. `ids` and `embeddings` belong together.
  absl::StatusOr<size_t> Check(CallKind kind, const std::vector<uint64_t>& ids,
                               const std::vector<Embedding>& embeddings) const;

 private:
  double min_cosine_;
  std::map<std::pair<CallKind, uint64_t>, std::vector<float>> known_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_ANSWER_CHECK_H_
