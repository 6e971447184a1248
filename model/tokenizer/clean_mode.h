#ifndef MODEL_TOKENIZER_CLEAN_MODE_H_
#define MODEL_TOKENIZER_CLEAN_MODE_H_

namespace clip::model {

// How a tokenizer cleans a text before it splits it; all repair damaged text,
// unescape HTML and trim. The names are open_clip's.
enum class CleanMode {
  kLower,         // collapse white space, lower case: SimpleTokenizer's default
  kWhitespace,    // collapse white space: HFTokenizer's default
  kCanonicalize,  // '_' to space, drop ASCII punctuation, lower, collapse
  kWhitespaceUnderscore,  // '_' to space, collapse white space
};

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_CLEAN_MODE_H_
