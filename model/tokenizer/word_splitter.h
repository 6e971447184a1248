#ifndef MODEL_TOKENIZER_WORD_SPLITTER_H_
#define MODEL_TOKENIZER_WORD_SPLITTER_H_

#include <cstddef>
#include <string_view>

namespace clip::model::text {

// Cuts a cleaned text into CLIP's words, in order: the special tokens written
// out, English endings ('s 't 're 've 'm 'll 'd), runs of letters, single
// numbers, runs of everything else but white space. Letters match in either
// case, and the long s matches an s.
//
// Views into the text; the text must outlive the splitter. Linear, no
// allocation.
class WordSplitter {
 public:
  explicit WordSplitter(std::u32string_view text) : text_(text) {}

  // The next word; false at the end of the text.
  bool Next(std::u32string_view* word);

 private:
  std::u32string_view text_;
  size_t position_ = 0;
};

}  // namespace clip::model::text

#endif  // MODEL_TOKENIZER_WORD_SPLITTER_H_
