#ifndef MODEL_TOKENIZER_EMBEDDED_MERGES_H_
#define MODEL_TOKENIZER_EMBEDDED_MERGES_H_

#include <string_view>

namespace clip::model::text {

// The file of byte-pair merges (gzip), linked into the program so that a
// server needs no data path.
std::string_view EmbeddedMerges();

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_EMBEDDED_MERGES_H_
