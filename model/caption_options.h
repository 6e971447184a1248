#ifndef MODEL_CAPTION_OPTIONS_H_
#define MODEL_CAPTION_OPTIONS_H_

#include <cstdint>

namespace clip::model {

// How the next token of a caption is chosen.
enum class GenerationType {
  // The most probable sequences are followed side by side; with one beam the
  // most probable token is taken (greedy).
  kBeamSearch,
  // Drawn from the most probable tokens that hold top_p of the probability.
  kTopP,
  // Drawn from the top_k most probable tokens; with 1 it is greedy.
  kTopK,
};

// The arguments of open_clip's CoCa.generate, with its defaults.
struct CaptionOptions {
  GenerationType generation_type = GenerationType::kBeamSearch;
  // Most and least tokens of a caption, its prompt and its end included. More
  // beams find likelier captions and take as much longer.
  int64_t seq_len = 30;
  int64_t min_seq_len = 5;
  int64_t num_beams = 6;
  // Of kTopP and kTopK: above 1 captions vary more.
  double temperature = 1.0;
  double top_p = 0.1;
  int64_t top_k = 1;
  // Above 1 a token that was used already becomes less likely.
  double repetition_penalty = 1.0;
  // Pad each result to seq_len.
  bool fixed_output_length = false;
  // Token ids: start of text, end of text, padding.
  int64_t sot_token_id = 49406;
  int64_t eos_token_id = 49407;
  int64_t pad_token_id = 0;
};

}  // namespace clip::model

#endif  // MODEL_CAPTION_OPTIONS_H_
