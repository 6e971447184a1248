#ifndef MODEL_CONFIG_TEXT_CONFIG_H_
#define MODEL_CONFIG_TEXT_CONFIG_H_

#include <cstdint>

#include "model/config/hf_text_config.h"
#include "model/config/tokenizer_config.h"
#include "model/config/transformer_config.h"

namespace clip::model {

enum class TextArchitecture { kTextTransformer, kHuggingFace };

// Which token's vector becomes the text's embedding.
enum class TextPool {
  // The first one with the row's highest id: the end of text in CLIP's
  // vocabulary.
  kArgmax,
  kFirst,
  // The last position, padding included.
  kLast,
  // The first one equal to eos_id; position 0 where there is none.
  kEos,
};

enum class TextProjection {
  // A [width, embed_dim] matrix.
  kMatrix,
  // A Linear with bias.
  kLinear,
  kNone,
};

// open_clip's `text_cfg`, checked. A plain value; which fields matter depends
// on `architecture`.
struct TextConfig {
  TextArchitecture architecture = TextArchitecture::kTextTransformer;
  TransformerConfig transformer;
  int context_length = 77;
  int vocab_size = 49408;
  // Trained on rows of many lengths: a model of class CustomTextCLIP, without
  // further effect here.
  bool variable_text = false;
  bool no_causal_mask = false;
  // A learned token behind the text that pools it and masks padding.
  bool embed_cls = false;
  int32_t pad_id = 0;
  int32_t eos_id = 2;
  TextPool pool = TextPool::kArgmax;
  TextProjection projection = TextProjection::kMatrix;
  TokenizerConfig tokenizer;

  // kHuggingFace, which has its own sizes in place of those above.
  HfTextConfig hf;
};

// Whether no token behind the pooled one counts: a native causal tower that
// pools at the end of the text.
inline bool SeesNothingBehindPooled(const TextConfig& config) {
  return config.architecture == TextArchitecture::kTextTransformer &&
         !config.no_causal_mask && !config.embed_cls &&
         (config.pool == TextPool::kArgmax || config.pool == TextPool::kEos);
}

}  // namespace clip::model

#endif  // MODEL_CONFIG_TEXT_CONFIG_H_
