#include "tests/model/train/web_dataset/tar_files.h"

#include "absl/strings/str_format.h"

namespace clip::model {
namespace {

constexpr size_t kBlock = 512;

void Put(const std::string& field, size_t at, std::string& block) {
  block.replace(at, field.size(), field);
}

}  // namespace

std::string TarHeaderBlock(const TarEntry& entry) {
  std::string block(kBlock, '\0');
  Put(entry.name, 0, block);
  Put(entry.size.empty() ? absl::StrFormat("%011o", entry.data.size())
                         : entry.size,
      124, block);
  Put("        ", 148, block);
  block[156] = entry.type;
  Put(entry.magic, 257, block);
  Put(entry.prefix, 345, block);
  unsigned sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  Put(absl::StrFormat("%06o", sum) + std::string(1, '\0'), 148, block);
  return block;
}

std::string TarBlocks(const TarEntry& entry) {
  std::string data = entry.data;
  data.resize((data.size() + kBlock - 1) / kBlock * kBlock);
  return TarHeaderBlock(entry) + data;
}

std::string PaxBlocks(const std::string& key, const std::string& value,
                      char type) {
  // The length counts its own digits.
  std::string record;
  size_t length = 0;
  do {
    record = absl::StrFormat("%d %s=%s\n", ++length, key, value);
  } while (record.size() != length);
  return TarBlocks({"pax", record, type});
}

std::string TarEnd() { return std::string(2 * kBlock, '\0'); }

}  // namespace clip::model
