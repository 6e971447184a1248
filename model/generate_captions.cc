#include "model/generate_captions.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>

#include "model/beam_search.h"

namespace clip::model {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Puts a module into evaluation mode until it goes out of scope.
class EvaluationMode {
 public:
  explicit EvaluationMode(torch::nn::Module& module)
      : module_(module), was_training_(module.is_training()) {
    module_.eval();
  }
  ~EvaluationMode() { module_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  torch::nn::Module& module_;
  const bool was_training_;
};

void CheckOptions(const CaptionOptions& options, int64_t prompt_length) {
  TORCH_CHECK_VALUE(
      options.seq_len > options.min_seq_len && options.seq_len > prompt_length,
      "seq_len must be larger than min_seq_len and the prompt");
  TORCH_CHECK_VALUE(options.num_beams > 0 && options.top_k > 0 &&
                        options.temperature > 0 && options.top_p > 0 &&
                        options.top_p <= 1 && options.repetition_penalty > 0,
                    "num_beams, top_k, temperature, top_p and "
                    "repetition_penalty must be positive, top_p at most 1");
}

// The rules that hold for every way of choosing: a used token is less likely,
// and no caption ends too early.
at::Tensor ApplyRules(const CaptionOptions& options, const at::Tensor& ids,
                      at::Tensor scores) {
  if (options.repetition_penalty != 1.0) {
    const at::Tensor used = scores.gather(1, ids);
    const at::Tensor penalized =
        at::where(used < 0, used * options.repetition_penalty,
                  used / options.repetition_penalty);
    scores = scores.scatter(1, ids, penalized);
  }
  if (ids.size(1) < options.min_seq_len) {
    scores = scores.clone();
    scores.select(1, options.eos_token_id).fill_(-kInfinity);
  }
  return scores;
}

// Leaves only what top_p or top_k lets through.
at::Tensor Restrict(const CaptionOptions& options, const at::Tensor& logits) {
  const at::Tensor scores = logits / options.temperature;
  if (options.generation_type == GenerationType::kTopK) {
    const int64_t k = std::min(options.top_k, scores.size(1));
    const at::Tensor last = std::get<0>(scores.topk(k)).narrow(1, k - 1, 1);
    return scores.masked_fill(scores < last, -kInfinity);
  }
  const auto [sorted, order] = at::sort(scores, /*dim=*/1);
  at::Tensor remove = at::softmax(sorted, 1).cumsum(1) <= 1.0 - options.top_p;
  remove.select(1, remove.size(1) - 1).fill_(false);
  return scores.masked_fill(remove.scatter(1, order, remove), -kInfinity);
}

at::Tensor ChooseNext(const CaptionOptions& options, const at::Tensor& scores) {
  if (options.generation_type == GenerationType::kBeamSearch) {
    return scores.argmax(-1);
  }
  return at::multinomial(at::softmax(Restrict(options, scores), -1), 1)
      .squeeze(1);
}

// The logits of the token behind each row: [rows, vocab_size] float32.
at::Tensor NextLogits(CoCa& model, const at::Tensor& image_embs,
                      const at::Tensor& ids) {
  const at::Tensor logits = model.Decode(image_embs, ids);
  return logits.select(1, logits.size(1) - 1).to(c10::kFloat);
}

at::Tensor SearchBeams(CoCa& model, const at::Tensor& image_embs,
                       const at::Tensor& prompts,
                       const CaptionOptions& options) {
  const at::Tensor repeated =
      image_embs.repeat_interleave(options.num_beams, 0);
  BeamSearch search(options, prompts);
  while (!search.done()) {
    const at::Tensor ids = search.running().to(image_embs.device());
    const at::Tensor log_probabilities =
        at::log_softmax(NextLogits(model, repeated, ids), -1);
    search.Advance(ApplyRules(options, ids, log_probabilities));
  }
  return search.Best();
}

// One token at a time, greedy or drawn.
at::Tensor Sample(CoCa& model, const at::Tensor& image_embs, at::Tensor ids,
                  const CaptionOptions& options) {
  at::Tensor open =
      at::full({ids.size(0)}, true, ids.options().dtype(c10::kBool));
  while (ids.size(1) < options.seq_len && open.any().item<bool>()) {
    const at::Tensor scores =
        ApplyRules(options, ids, NextLogits(model, image_embs, ids));
    const at::Tensor next =
        at::where(open, ChooseNext(options, scores), options.pad_token_id);
    ids = at::cat({ids, next.unsqueeze(1)}, 1);
    open = open.logical_and(next != options.eos_token_id);
  }
  return ids.cpu();
}

}  // namespace

at::Tensor GenerateCaptions(CoCa& model, const at::Tensor& pixels,
                            const at::Tensor& prompts,
                            const CaptionOptions& options) {
  const at::NoGradGuard no_grad;
  const EvaluationMode evaluation(model);
  const at::Tensor ids =
      prompts.defined() ? prompts.to(pixels.device(), c10::kLong)
                        : at::full({pixels.size(0), 1}, options.sot_token_id,
                                   pixels.options().dtype(c10::kLong));
  CheckOptions(options, ids.size(1));
  const at::Tensor image_embs = model.EncodeImageTokens(pixels);
  const bool beams = options.generation_type == GenerationType::kBeamSearch &&
                     options.num_beams > 1;
  at::Tensor captions = beams ? SearchBeams(model, image_embs, ids, options)
                              : Sample(model, image_embs, ids, options);
  const int64_t missing = options.seq_len - captions.size(1);
  if (!options.fixed_output_length || missing <= 0) return captions;
  const at::Tensor padding = at::full({captions.size(0), missing},
                                      options.pad_token_id, captions.options());
  return at::cat({captions, padding}, 1);
}

}  // namespace clip::model
