#ifndef CLIENT_LOAD_CORPUS_H_
#define CLIENT_LOAD_CORPUS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/load/picture_format.h"

namespace clip::client::load {

struct CorpusOptions {
  // Picture files; empty = generated ones of picture_sizes, in turn.
  std::vector<std::string> pictures;
  // Width and height in pixels, each from 4 to 8192.
  std::vector<std::pair<int, int>> picture_sizes = {{224, 224}};
  // Each size comes in each of these.
  std::vector<PictureFormat> picture_formats = {PictureFormat::kBmp};
  // Empty = generated ones of a few words.
  std::vector<std::string> texts;
  uint64_t seed = 1;
};

// The pictures and texts that the calls of a run hold. Immutable and
// thread-safe. Equal ids are equal items; two ids are two items where they are
// generated, and may be one where they come from a list.
class Corpus {
 public:
  // INVALID_ARGUMENT where a size is out of range, or there is no size or no
  // format.
  static absl::StatusOr<Corpus> Create(CorpusOptions options);

  // A whole file.
  std::string PictureOf(uint64_t id) const;
  std::string TextOf(uint64_t id) const;

  // The lowest id of the same item: its place in the list, or `id` itself where
  // items are generated.
  uint64_t FirstIdOfPicture(uint64_t id) const;
  uint64_t FirstIdOfText(uint64_t id) const;

  // How many ids from 0 are worth knowing, because they come again: those of
  // the list, or the hot ones of a Workload.
  uint64_t RepeatedPictures() const;
  uint64_t RepeatedTexts() const;

 private:
  // A generated picture before it is told apart.
  struct Template {
    PictureFormat format;
    std::string file;
  };

  Corpus(CorpusOptions options, std::vector<Template> templates)
      : options_(std::move(options)), templates_(std::move(templates)) {}

  CorpusOptions options_;
  std::vector<Template> templates_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CORPUS_H_
