#ifndef MODEL_TRAIN_WEB_DATASET_TAR_READER_H_
#define MODEL_TRAIN_WEB_DATASET_TAR_READER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/train/web_dataset/random_access_file.h"
#include "model/train/web_dataset/tar_header.h"

namespace clip::model {

// A regular file in an archive.
struct TarMember {
  std::string name;
  // Where its data are in the archive; they end inside of it.
  uint64_t offset = 0;
  uint64_t size = 0;
};

// Walks the members of a tar archive by their headers: ustar, GNU with long
// names and large sizes, pax with path and size. Folders, links and what else
// is no regular file are passed over. Nothing is unpacked. Not thread-safe.
class TarReader {
 public:
  // Borrows the file.
  explicit TarReader(const RandomAccessFile& file) : file_(file) {}

  // The next regular file, nullopt at the end. Errors, naming archive, member
  // and byte: INVALID_ARGUMENT for a compressed or damaged archive, one that
  // is cut off, and sparse members. No call may follow an error.
  absl::StatusOr<std::optional<TarMember>> Next();

 private:
  // What extended headers say about the member behind them.
  struct Overrides {
    bool any = false;
    std::optional<std::string> name;
    std::optional<uint64_t> size;
  };

  absl::StatusOr<std::optional<TarHeader>> NextHeader();
  // Moves on behind the data of `header`, which must be in the file.
  absl::Status PassData(const TarHeader& header);
  absl::StatusOr<std::string> ReadData(const TarHeader& header) const;
  absl::Status TakeExtended(const TarHeader& header, Overrides& overrides);
  absl::Status TakePax(const TarHeader& header, Overrides& overrides) const;
  absl::Status Bad(const std::string& member, const std::string& problem) const;

  const RandomAccessFile& file_;
  // Of the header that was read last, its data and the header behind them.
  uint64_t header_at_ = 0;
  uint64_t data_at_ = 0;
  uint64_t next_at_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_TAR_READER_H_
