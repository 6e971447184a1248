// Tar archives built in code, to break them in the ways that tests need.
#ifndef TESTS_MODEL_TRAIN_WEB_DATASET_TAR_FILES_H_
#define TESTS_MODEL_TRAIN_WEB_DATASET_TAR_FILES_H_

#include <string>

namespace clip::model {

struct TarEntry {
  std::string name;
  std::string data;
  char type = '0';
  // The size field's bytes; empty for the octal size of the data.
  std::string size = {};
  std::string prefix = {};
  // ustar's; GNU's is "ustar  ", older archives have none.
  std::string magic = std::string(
      "ustar\0"
      "00",
      8);
};

// The header block, with its right checksum.
std::string TarHeaderBlock(const TarEntry& entry);

// Header and data, filled up to whole blocks.
std::string TarBlocks(const TarEntry& entry);

// A pax header for the next member with a record of its right length.
std::string PaxBlocks(const std::string& key, const std::string& value,
                      char type = 'x');

// What ends an archive.
std::string TarEnd();

}  // namespace clip::model

#endif  // TESTS_MODEL_TRAIN_WEB_DATASET_TAR_FILES_H_
