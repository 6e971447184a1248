#ifndef MODEL_CHECKPOINT_ZIP_ARCHIVE_H_
#define MODEL_CHECKPOINT_ZIP_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace clip::model {

// The directory of a zip file that torch.save or torch.jit.save wrote. Such
// archives store their tensors without compression, so that an entry is a part
// of the file: nothing is unpacked, and no entry can cost more memory than the
// file has bytes. A compressed entry may be there (TorchScript's code) and
// cannot be read.
//
// Borrows the file's bytes. Thread-safe once built.
class ZipArchive {
 public:
  // Most entries of one archive; a CLIP has about 1,000 tensors.
  static constexpr size_t kMaxEntries = size_t{1} << 17;

  // Reads the central directory as hostile input, zip64 included: every length
  // is checked against the file, each entry's local header must agree with it
  // in name and lie in front of the directory, no name comes twice, and
  // entries do not overlap. Checksums are not looked at, as in torch.load,
  // which also writes archives without them.
  //
  // Errors: INVALID_ARGUMENT, naming the entry where there is one.
  static absl::StatusOr<ZipArchive> Parse(absl::Span<const uint8_t> file);

  // Whether the bytes begin as a zip file does.
  static bool HasMagic(absl::Span<const uint8_t> file);

  bool Contains(std::string_view name) const {
    return entries_.find(name) != entries_.end();
  }

  // The bytes of one entry. Errors: NOT_FOUND; INVALID_ARGUMENT where it is
  // compressed or encrypted.
  absl::StatusOr<absl::Span<const uint8_t>> Read(std::string_view name) const;

  // The folder that all entries of a torch archive lie in, with its slash:
  // what stands in front of "data.pkl". Errors: INVALID_ARGUMENT where there
  // is no data.pkl, or several.
  absl::StatusOr<std::string> Root() const;

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    absl::Span<const uint8_t> bytes;
    bool is_plain = true;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  explicit ZipArchive(Entries entries) : entries_(std::move(entries)) {}

  friend class ZipDirectoryParser;

  Entries entries_;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_ZIP_ARCHIVE_H_
