#include "tests/model/checkpoint/zip_file.h"

namespace clip::model {

std::string LittleEndian(uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string ZipFile(const std::vector<ZipFileEntry>& entries,
                    ZipFileFormat format) {
  const bool is_64 = format == ZipFileFormat::kZip64;
  std::string file;
  std::string directory;
  for (const ZipFileEntry& entry : entries) {
    const std::string& local =
        entry.local_name.empty() ? entry.name : entry.local_name;
    const uint64_t offset = file.size() + entry.offset_lie;
    const uint64_t size = entry.data.size() + entry.size_lie;
    file += "PK\3\4" + LittleEndian(20, 2) + LittleEndian(entry.flags, 2) +
            LittleEndian(entry.method, 2) + LittleEndian(0, 16) +
            LittleEndian(local.size(), 2) + LittleEndian(0, 2) + local +
            entry.data;
    std::string extra;
    if (is_64) {
      extra = LittleEndian(1, 2) + LittleEndian(24, 2) + LittleEndian(size, 8) +
              LittleEndian(size, 8) + LittleEndian(offset, 8);
    }
    directory += "PK\1\2" + LittleEndian(0, 4) + LittleEndian(entry.flags, 2) +
                 LittleEndian(entry.method, 2) + LittleEndian(0, 8) +
                 LittleEndian(is_64 ? ~uint64_t{0} : size, 4) +
                 LittleEndian(is_64 ? ~uint64_t{0} : size, 4) +
                 LittleEndian(entry.name.size(), 2) +
                 LittleEndian(extra.size(), 2) + LittleEndian(0, 10) +
                 LittleEndian(is_64 ? ~uint64_t{0} : offset, 4) + entry.name +
                 extra;
  }
  const uint64_t offset = file.size();
  const uint64_t count = entries.size();
  file += directory;
  if (is_64) {
    const uint64_t record = file.size();
    file += "PK\6\6" + LittleEndian(44, 8) + LittleEndian(0, 12) +
            LittleEndian(count, 8) + LittleEndian(count, 8) +
            LittleEndian(directory.size(), 8) + LittleEndian(offset, 8) +
            "PK\6\7" + LittleEndian(0, 4) + LittleEndian(record, 8) +
            LittleEndian(1, 4);
  }
  file += "PK\5\6" + LittleEndian(0, 4) +
          LittleEndian(is_64 ? 0xffff : count, 2) +
          LittleEndian(is_64 ? 0xffff : count, 2) +
          LittleEndian(directory.size(), 4) +
          LittleEndian(is_64 ? ~uint64_t{0} : offset, 4) + LittleEndian(0, 2);
  return file;
}

}  // namespace clip::model
