#ifndef MODEL_TOKENIZER_BPE_WORD_H_
#define MODEL_TOKENIZER_BPE_WORD_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/tokenizer/bpe_vocabulary.h"

namespace clip::model::text {

// Splits one word (its UTF-8 bytes, at least one) into symbols of the
// vocabulary and appends their ids.
//
// As long as neighbours merge, the pair of lowest rank is merged wherever it
// occurs, from left to right; only then are the new pairs looked at.
// O(n log n) in the bytes of the word.
void AppendWordIds(const BpeVocabulary& vocabulary, std::string_view word,
                   std::vector<int32_t>* ids);

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_BPE_WORD_H_
