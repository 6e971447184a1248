#ifndef MODEL_TOKENIZER_TOKENIZER_FILES_H_
#define MODEL_TOKENIZER_TOKENIZER_FILES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace clip::model {

// Contents by file name.
using TokenizerFiles = std::map<std::string, std::string>;

// Reads those files of a model folder that say something of its tokenizer;
// what is not there is left out. Files are read whole, up to 128 MiB for
// tokenizer.json (XLM-V's has some 60) and 64 MiB for other vocabularies.
//
// Errors: INVALID_ARGUMENT, naming the file, for one that is too large or
// cannot be read; NOT_FOUND where none of them holds a vocabulary.
absl::StatusOr<TokenizerFiles> ReadTokenizerFiles(const std::string& directory);

}  // namespace clip::model

#endif  // MODEL_TOKENIZER_TOKENIZER_FILES_H_
