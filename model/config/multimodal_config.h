#ifndef MODEL_CONFIG_MULTIMODAL_CONFIG_H_
#define MODEL_CONFIG_MULTIMODAL_CONFIG_H_

#include "model/config/transformer_config.h"

namespace clip::model {

// open_clip's `multimodal_cfg`, checked: CoCa's text decoder. A plain value.
struct MultimodalConfig {
  // Of its self-attention blocks and, once more, of its cross-attention blocks.
  TransformerConfig transformer;
  // Most tokens of a caption.
  int context_length = 77;
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_MULTIMODAL_CONFIG_H_
