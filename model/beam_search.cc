#include "model/beam_search.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <utility>

namespace clip::model {
namespace {

// Of beams that do not exist yet: below any sum of log probabilities.
constexpr float kImpossible = -1e9F;

}  // namespace

BeamSearch::BeamSearch(const CaptionOptions& options, const at::Tensor& prompts)
    : options_(options),
      prompt_length_(prompts.size(1)),
      length_(prompts.size(1)) {
  const at::Tensor ids = prompts.to(c10::kCPU, c10::kLong).contiguous();
  const auto* row = ids.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < ids.size(0); ++i, row += prompt_length_) {
    Search search;
    Beam beam;
    beam.ids.assign(row, row + prompt_length_);
    search.running.assign(options.num_beams, beam);
    // Only the first one counts, or all would find the same tokens.
    for (int64_t b = 1; b < options.num_beams; ++b) {
      search.running[b].score = kImpossible;
    }
    searches_.push_back(std::move(search));
  }
}

at::Tensor BeamSearch::running() const {
  const auto rows = static_cast<int64_t>(searches_.size()) * options_.num_beams;
  at::Tensor ids = at::empty({rows, length_}, c10::kLong);
  auto* target = ids.mutable_data_ptr<int64_t>();
  for (const Search& search : searches_) {
    for (const Beam& beam : search.running) {
      target = std::copy(beam.ids.begin(), beam.ids.end(), target);
    }
  }
  return ids;
}

void BeamSearch::Advance(const at::Tensor& log_probabilities) {
  const int64_t vocab_size = log_probabilities.size(1);
  at::Tensor before = at::empty({log_probabilities.size(0), 1});
  auto* score = before.mutable_data_ptr<float>();
  for (const Search& search : searches_) {
    for (const Beam& beam : search.running) *score++ = beam.score;
  }
  // Each beam can end in one way, so that twice as many candidates as beams
  // leave enough to go on with.
  const auto [scores, indices] =
      (log_probabilities + before.to(log_probabilities.device()))
          .view({static_cast<int64_t>(searches_.size()), -1})
          .topk(2 * options_.num_beams);
  const at::Tensor cpu_scores = scores.cpu();
  const at::Tensor cpu_indices = indices.cpu();
  bool all_end = true;
  bool any_can_improve = false;
  for (size_t i = 0; i < searches_.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const auto candidates =
        Candidates(cpu_scores[row], cpu_indices[row], vocab_size);
    for (const Candidate& c : candidates) all_end = all_end && c.ends;
    Extend(searches_[i], candidates);
    any_can_improve = any_can_improve || searches_[i].can_improve;
  }
  ++length_;
  done_ = all_end || !any_can_improve;
}

std::vector<BeamSearch::Candidate> BeamSearch::Candidates(
    const at::Tensor& scores, const at::Tensor& indices,
    int64_t vocab_size) const {
  std::vector<Candidate> candidates(scores.numel());
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto index = indices.const_data_ptr<int64_t>()[i];
    candidates[i].beam = index / vocab_size;
    candidates[i].id = index % vocab_size;
    candidates[i].score = scores.const_data_ptr<float>()[i];
    candidates[i].ends = candidates[i].id == options_.eos_token_id ||
                         length_ + 1 >= options_.seq_len;
  }
  return candidates;
}

void BeamSearch::Extend(Search& search,
                        const std::vector<Candidate>& candidates) {
  const auto beams = static_cast<size_t>(options_.num_beams);
  const auto generated = static_cast<float>(length_ + 1 - prompt_length_);
  std::vector<Beam> next;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    Beam beam = search.running[candidate.beam];
    beam.ids.push_back(candidate.id);
    beam.score = candidate.score;
    if (!candidate.ends) {
      if (next.size() < beams) next.push_back(std::move(beam));
    } else if (i < beams && search.can_improve) {
      beam.score /= generated;
      Finish(search, std::move(beam));
    }
  }
  if (next.empty()) return;
  search.running = std::move(next);
  const float best_possible = search.running.front().score / generated;
  const bool full = search.finished.size() == beams;
  if (full && best_possible <= search.finished.back().score) {
    search.can_improve = false;
  }
}

void BeamSearch::Finish(Search& search, Beam beam) {
  auto& finished = search.finished;
  const auto place = std::upper_bound(
      finished.begin(), finished.end(), beam,
      [](const Beam& a, const Beam& b) { return a.score > b.score; });
  finished.insert(place, std::move(beam));
  if (finished.size() > static_cast<size_t>(options_.num_beams)) {
    finished.pop_back();
  }
}

at::Tensor BeamSearch::Best() const {
  std::vector<const Beam*> best;
  size_t longest = 0;
  for (const Search& search : searches_) {
    best.push_back(search.finished.empty() ? &search.running.front()
                                           : &search.finished.front());
    longest = std::max(longest, best.back()->ids.size());
  }
  const int64_t fill = options_.pad_token_id != 0 ? options_.pad_token_id
                                                  : options_.eos_token_id;
  at::Tensor ids = at::full(
      {static_cast<int64_t>(best.size()), static_cast<int64_t>(longest)}, fill,
      c10::kLong);
  auto* row = ids.mutable_data_ptr<int64_t>();
  for (const Beam* beam : best) {
    std::copy(beam->ids.begin(), beam->ids.end(), row);
    row += longest;
  }
  return ids;
}

}  // namespace clip::model
