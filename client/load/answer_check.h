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

// Whether a server under load still gives the answers that it gave when it was
// quiet, so that speed cannot hide wrong output: a mix-up of two calls, say.
//
// Known answers are learnt first, by one thread; from then on it is
// thread-safe.
class AnswerCheck {
 public:
  // Batches round differently; two items, or noise, are further apart.
  static constexpr double kMinCosine = 0.99;

  // The right answer for item `id`, a picture or a text.
  void Learn(CallKind kind, uint64_t id, std::vector<float> embedding);

  // How many of the answers are for known items. DATA_LOSS where one of them
  // is not the known answer. `ids` and `embeddings` belong together.
  absl::StatusOr<size_t> Check(CallKind kind, const std::vector<uint64_t>& ids,
                               const std::vector<Embedding>& embeddings) const;

 private:
  std::map<std::pair<CallKind, uint64_t>, std::vector<float>> known_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_ANSWER_CHECK_H_
