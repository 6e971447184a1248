#ifndef MODEL_BEAM_SEARCH_H_
#define MODEL_BEAM_SEARCH_H_

#include <ATen/core/TensorBody.h>

#include <cstdint>
#include <vector>

#include "model/caption_options.h"

namespace clip::model {

// Beam search as Hugging Face's generate() does it, with early_stopping off
// and a length penalty of 1: it only keeps the books, and whoever owns it runs
// the model.
//
//   BeamSearch search(options, prompts);
//   while (!search.done()) {
//     search.Advance(LogProbabilities(search.running()));
//   }
//   return search.Best();
//
// Not thread-safe.
class BeamSearch {
 public:
  // `prompts` is [N, P] int64, with P below seq_len.
  BeamSearch(const CaptionOptions& options, const at::Tensor& prompts);

  bool done() const { return done_; }

  // The sequences to continue: [N * num_beams, length] int64 on the CPU.
  at::Tensor running() const;

  // Takes the log probabilities of the token behind each running sequence,
  // [N * num_beams, vocab_size] float32, at least 2 * num_beams ids.
  void Advance(const at::Tensor& log_probabilities);

  // The best sequence of each prompt, [N, length], where those that are shorter
  // than the longest are filled with padding (with the end of text where
  // padding is 0).
  at::Tensor Best() const;

 private:
  struct Beam {
    std::vector<int64_t> ids;
    float score = 0.0F;
  };
  // The state of one prompt.
  struct Search {
    // Best first.
    std::vector<Beam> running;
    std::vector<Beam> finished;
    // False once no running beam can beat the finished ones.
    bool can_improve = true;
  };
  // A running beam with one more token.
  struct Candidate {
    size_t beam = 0;
    int64_t id = 0;
    float score = 0.0F;
    bool ends = false;
  };

  std::vector<Candidate> Candidates(const at::Tensor& scores,
                                    const at::Tensor& indices,
                                    int64_t vocab_size) const;
  void Extend(Search& search, const std::vector<Candidate>& candidates);
  void Finish(Search& search, Beam beam);

  const CaptionOptions options_;
  const int64_t prompt_length_;
  int64_t length_;
  bool done_ = false;
  std::vector<Search> searches_;
};

}  // namespace clip::model

#endif  // MODEL_BEAM_SEARCH_H_
