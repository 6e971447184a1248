// The keys that `vision_cfg` and `text_cfg` share.
#ifndef MODEL_CONFIG_TRANSFORMER_CONFIG_PARSER_H_
#define MODEL_CONFIG_TRANSFORMER_CONFIG_PARSER_H_

#include "model/config/json_fields.h"
#include "model/config/transformer_config.h"

namespace clip::model {

// Bounds of a tower that any machine could hold; they keep products of a
// hostile config's sizes far from overflow.
inline constexpr int kMaxWidth = 1 << 16;
inline constexpr int kMaxLayers = 1024;

// Fills mlp_width, ls_init_value, activation and norm_eps from `fields`; reads
// and refuses the switches of open_clip's custom attention block. Width must
// be set. Problems are kept in `fields`.
void ParseTransformerFields(JsonFields& fields, bool quick_gelu,
                            TransformerConfig& config);

}  // namespace clip::model

#endif  // MODEL_CONFIG_TRANSFORMER_CONFIG_PARSER_H_
