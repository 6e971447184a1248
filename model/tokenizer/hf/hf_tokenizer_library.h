// The C interface of the Rust library beside this file (src/interface.rs).
// Nothing but hf_backend.cc includes it.
//
// No call throws, unwinds or ends the process for what a file or a text holds:
// errors and panics come back as text. A tokenizer may be used by any number of
// threads at once; calls take no lock.
#ifndef MODEL_TOKENIZER_HF_HF_TOKENIZER_LIBRARY_H_
#define MODEL_TOKENIZER_HF_HF_TOKENIZER_LIBRARY_H_

#include <cstddef>
#include <cstdint>

extern "C" {

// Borrowed for the length of a call; `data` may be null where `size` is 0.
struct ClipHfBytes {
  const uint8_t* data;
  size_t size;
};

struct ClipHfFile {
  ClipHfBytes name;
  ClipHfBytes bytes;
};

// Where a call that fails writes why: `capacity` bytes, ended by NUL.
struct ClipHfError {
  char* text;
  size_t capacity;
};

// Ids of special tokens, -1 where the tokenizer has none.
struct ClipHfFacts {
  int64_t pad;
  int64_t bos;
  int64_t eos;
  int64_t sep;
  int64_t cls;
  // One more than the highest id of a token that is no added one.
  size_t vocabulary_size;
};

// `ids` has room for `capacity`; a call sets the rest.
struct ClipHfRow {
  uint32_t* ids;
  size_t capacity;
  size_t count;
  // Whether tokens were cut off.
  bool truncated;
};

struct ClipHfTokenizer;

// Makes the tokenizer that transformers' AutoTokenizer makes of the files.
// Rows have at most `max_length` ids, special tokens included; 0 means no
// limit. Null where it fails.
ClipHfTokenizer* clip_hf_create(const ClipHfFile* files, size_t file_count,
                                size_t max_length, ClipHfFacts* facts,
                                ClipHfError error);

// The ids of a text in UTF-8, of at most 1 MiB. False where it fails.
bool clip_hf_encode(const ClipHfTokenizer* tokenizer, ClipHfBytes text,
                    bool add_special_tokens, ClipHfRow* row, ClipHfError error);

void clip_hf_free(ClipHfTokenizer* tokenizer);

}  // extern "C"

#endif  // MODEL_TOKENIZER_HF_HF_TOKENIZER_LIBRARY_H_
