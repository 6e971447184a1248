#ifndef TESTS_MODEL_CHECKPOINT_ZIP_FILE_H_
#define TESTS_MODEL_CHECKPOINT_ZIP_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace clip::model {

// An entry of a zip file that a test makes, with room for lies.
struct ZipFileEntry {
  std::string name;
  std::string data;
  // 0 = stored, 8 = deflated.
  uint16_t method = 0;
  uint16_t flags = 0;
  // Empty: as `name`.
  std::string local_name = {};
  // Added to what the directory says.
  int64_t size_lie = 0;
  int64_t offset_lie = 0;
};

enum class ZipFileFormat { kZip32, kZip64 };

// A little-endian number of `size` bytes.
std::string LittleEndian(uint64_t value, int size);

std::string ZipFile(const std::vector<ZipFileEntry>& entries,
                    ZipFileFormat format = ZipFileFormat::kZip32);

}  // namespace clip::model

#endif  // TESTS_MODEL_CHECKPOINT_ZIP_FILE_H_
