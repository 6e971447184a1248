#include "model/checkpoint/zip_archive.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

constexpr uint32_t kLocalMagic = 0x04034b50;
constexpr uint32_t kCentralMagic = 0x02014b50;
constexpr uint32_t kEndMagic = 0x06054b50;
constexpr uint32_t kEnd64Magic = 0x06064b50;
constexpr uint32_t kEnd64LocatorMagic = 0x07064b50;
constexpr size_t kLocalBytes = 30;
constexpr size_t kCentralBytes = 46;
constexpr size_t kEndBytes = 22;
constexpr size_t kEnd64Bytes = 56;
constexpr size_t kEnd64LocatorBytes = 20;
constexpr uint16_t kZip64Extra = 0x0001;
// A field that holds this has its value in the zip64 extra field.
constexpr uint32_t kIn64 = 0xffffffff;
constexpr uint16_t kCountIn64 = 0xffff;

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

uint64_t Number(absl::Span<const uint8_t> bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i > 0; --i) value = value << 8 | bytes[at + i - 1];
  return value;
}

uint16_t U16(absl::Span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(Number(bytes, at, 2));
}

uint32_t U32(absl::Span<const uint8_t> bytes, size_t at) {
  return static_cast<uint32_t>(Number(bytes, at, 4));
}

uint64_t U64(absl::Span<const uint8_t> bytes, size_t at) {
  return Number(bytes, at, 8);
}

std::string_view Text(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// `bytes` from `offset` on, at least `size` long; nullopt beyond the end.
std::optional<absl::Span<const uint8_t>> At(absl::Span<const uint8_t> bytes,
                                            uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) {
    return std::nullopt;
  }
  return bytes.subspan(offset);
}

// Where the central directory lies.
struct Directory {
  uint64_t entries = 0;
  uint64_t size = 0;
  uint64_t offset = 0;
};

// A record of the central directory.
struct Record {
  std::string_view name;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint64_t stored_size = 0;
  uint64_t size = 0;
  uint64_t header_offset = 0;
};

absl::Status BrokenZip(absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("zip archive ", problem));
}

absl::Status BrokenEntry(std::string_view name, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("zip entry '", View(name), "' ", problem));
}

// The end record is the file's last, behind it at most a comment.
std::optional<size_t> FindEnd(absl::Span<const uint8_t> file) {
  constexpr size_t kMaxComment = 0xffff;
  if (file.size() < kEndBytes) return std::nullopt;
  const size_t last = file.size() - kEndBytes;
  const size_t first = last - std::min(last, kMaxComment);
  for (size_t at = last + 1; at-- > first;) {
    if (U32(file, at) == kEndMagic && U16(file, at + 20) == last - at) {
      return at;
    }
  }
  return std::nullopt;
}

absl::StatusOr<Directory> ReadDirectory64(absl::Span<const uint8_t> file,
                                          size_t end) {
  const size_t locator = end - kEnd64LocatorBytes;
  const auto record = At(file, U64(file, locator + 8), kEnd64Bytes);
  if (!record.has_value() || U32(*record, 0) != kEnd64Magic) {
    return BrokenZip("has no zip64 end record where it says");
  }
  return Directory{U64(*record, 32), U64(*record, 40), U64(*record, 48)};
}

absl::StatusOr<Directory> FindDirectory(absl::Span<const uint8_t> file) {
  const std::optional<size_t> end = FindEnd(file);
  if (!end.has_value()) {
    return BrokenZip("has no end record: the file is truncated or no zip");
  }
  Directory directory{U16(file, *end + 10), U32(file, *end + 12),
                      U32(file, *end + 16)};
  if (*end >= kEnd64LocatorBytes &&
      U32(file, *end - kEnd64LocatorBytes) == kEnd64LocatorMagic) {
    CLIP_ASSIGN_OR_RETURN(directory, ReadDirectory64(file, *end));
  } else if (directory.entries == kCountIn64 || directory.offset == kIn64) {
    return BrokenZip("needs zip64 and has no zip64 record");
  }
  if (directory.offset > *end || directory.size > *end - directory.offset) {
    return BrokenZip("has a directory beyond its end");
  }
  if (directory.entries > ZipArchive::kMaxEntries ||
      directory.entries > directory.size / kCentralBytes) {
    return BrokenZip(absl::StrCat("claims ", directory.entries, " entries"));
  }
  return directory;
}

// Takes the 64-bit values that the record's own fields had no room for, in
// the order that the format fixes.
absl::Status ReadExtra(absl::Span<const uint8_t> extra, Record& record) {
  for (size_t at = 0; at + 4 <= extra.size();) {
    const size_t size = U16(extra, at + 2);
    if (size > extra.size() - at - 4) break;
    auto field = extra.subspan(at + 4, size);
    if (U16(extra, at) == kZip64Extra) {
      for (uint64_t* value :
           {&record.size, &record.stored_size, &record.header_offset}) {
        if (*value != kIn64) continue;
        if (field.size() < 8) {
          return BrokenEntry(record.name, "has a short zip64 field");
        }
        *value = U64(field, 0);
        field.remove_prefix(8);
      }
      return absl::OkStatus();
    }
    at += 4 + size;
  }
  if (record.size == kIn64 || record.stored_size == kIn64 ||
      record.header_offset == kIn64) {
    return BrokenEntry(record.name, "lacks its zip64 field");
  }
  return absl::OkStatus();
}

}  // namespace

// Part of the file that an entry takes.
struct Extent {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string_view name;
};

// Goes through the central directory once.
class ZipDirectoryParser {
 public:
  ZipDirectoryParser(absl::Span<const uint8_t> file, const Directory& directory)
      : file_(file),
        data_end_(directory.offset),
        rest_(file.subspan(directory.offset, directory.size)),
        count_(directory.entries) {}

  absl::StatusOr<ZipArchive> Parse() {
    for (uint64_t i = 0; i < count_; ++i) {
      CLIP_ASSIGN_OR_RETURN(const Record record, Next());
      CLIP_RETURN_IF_ERROR(Add(record));
    }
    if (!rest_.empty()) return BrokenZip("has more directory than entries");
    CLIP_RETURN_IF_ERROR(CheckOverlap());
    return ZipArchive(std::move(entries_));
  }

 private:
  absl::StatusOr<Record> Next() {
    if (rest_.size() < kCentralBytes || U32(rest_, 0) != kCentralMagic) {
      return BrokenZip("has a broken directory");
    }
    const size_t name_size = U16(rest_, 28);
    const size_t extra_size = U16(rest_, 30);
    const size_t total =
        kCentralBytes + name_size + extra_size + U16(rest_, 32);
    if (total > rest_.size()) return BrokenZip("ends within its directory");
    Record record;
    record.name = Text(rest_.subspan(kCentralBytes, name_size));
    record.flags = U16(rest_, 8);
    record.method = U16(rest_, 10);
    record.stored_size = U32(rest_, 20);
    record.size = U32(rest_, 24);
    record.header_offset = U32(rest_, 42);
    CLIP_RETURN_IF_ERROR(ReadExtra(
        rest_.subspan(kCentralBytes + name_size, extra_size), record));
    rest_.remove_prefix(total);
    return record;
  }

  absl::Status Add(const Record& record) {
    const absl::Span<const uint8_t> data = file_.first(data_end_);
    const auto header = At(data, record.header_offset, kLocalBytes);
    if (!header.has_value() || U32(*header, 0) != kLocalMagic) {
      return BrokenEntry(record.name, "has no header where it says");
    }
    const size_t name_size = U16(*header, 26);
    const uint64_t offset =
        record.header_offset + kLocalBytes + name_size + U16(*header, 28);
    const auto name = At(data, record.header_offset + kLocalBytes, name_size);
    if (!name.has_value() || Text(name->first(name_size)) != record.name) {
      return BrokenEntry(record.name, "has another name in its header");
    }
    const auto bytes = At(data, offset, record.stored_size);
    if (!bytes.has_value()) {
      return BrokenEntry(record.name, "lies beyond the end of the file");
    }
    constexpr uint16_t kEncrypted = 1;
    const bool is_plain =
        record.method == 0 && (record.flags & kEncrypted) == 0;
    if (is_plain && record.size != record.stored_size) {
      return BrokenEntry(record.name, "has two sizes");
    }
    const ZipArchive::Entry entry{bytes->first(record.stored_size), is_plain};
    if (!entries_.emplace(record.name, entry).second) {
      return BrokenEntry(record.name, "comes twice");
    }
    extents_.push_back(
        {record.header_offset, offset + record.stored_size, record.name});
    return absl::OkStatus();
  }

  absl::Status CheckOverlap() {
    std::sort(
        extents_.begin(), extents_.end(),
        [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
    for (size_t i = 1; i < extents_.size(); ++i) {
      if (extents_[i].begin < extents_[i - 1].end) {
        return BrokenEntry(extents_[i].name, "overlaps another one");
      }
    }
    return absl::OkStatus();
  }

  const absl::Span<const uint8_t> file_;
  const uint64_t data_end_;
  absl::Span<const uint8_t> rest_;
  const uint64_t count_;
  ZipArchive::Entries entries_;
  std::vector<Extent> extents_;
};

bool ZipArchive::HasMagic(absl::Span<const uint8_t> file) {
  return file.size() >= 4 && U32(file, 0) == kLocalMagic;
}

absl::StatusOr<ZipArchive> ZipArchive::Parse(absl::Span<const uint8_t> file) {
  CLIP_ASSIGN_OR_RETURN(const Directory directory, FindDirectory(file));
  return ZipDirectoryParser(file, directory).Parse();
}

absl::StatusOr<absl::Span<const uint8_t>> ZipArchive::Read(
    std::string_view name) const {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) {
    return absl::NotFoundError(
        absl::StrCat("zip entry '", View(name), "' is not there"));
  }
  if (!entry->second.is_plain) {
    return BrokenEntry(name, "is compressed or encrypted");
  }
  return entry->second.bytes;
}

absl::StatusOr<std::string> ZipArchive::Root() const {
  constexpr absl::string_view kPickle = "data.pkl";
  std::optional<std::string> root;
  for (const auto& [name, unused] : entries_) {
    if (!absl::EndsWith(name, kPickle)) continue;
    const std::string folder = name.substr(0, name.size() - kPickle.size());
    // Each archive has one folder at its top and nothing beside it.
    if (folder.find('/') != folder.size() - 1) continue;
    if (root.has_value()) return BrokenZip("has more than one data.pkl");
    root = folder;
  }
  if (!root.has_value()) {
    return BrokenZip("has no data.pkl: torch.save did not write it");
  }
  return *root;
}

}  // namespace clip::model
