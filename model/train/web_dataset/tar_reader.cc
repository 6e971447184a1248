#include "model/train/web_dataset/tar_reader.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/train/web_dataset/pax_records.h"

namespace clip::model {
namespace {

constexpr uint64_t kMaxExtendedBytes = uint64_t{1} << 20;
constexpr size_t kMaxNameBytes = 4096;

bool IsExtended(char type) { return absl::StrContains("LKxXg", type); }

bool IsRegular(const TarHeader& header) {
  // Before ustar a folder was a file whose name ends with a slash.
  if (header.type == '\0') return !absl::EndsWith(header.name, "/");
  return header.type == '0' || header.type == '7';
}

// Links, devices, folders and pipes have none, whatever their size says.
bool HasData(char type) { return type < '1' || type > '6'; }

bool LooksCompressed(std::string_view start) {
  for (const std::string_view magic : {"\x1f\x8b", "BZh",
                                       "\xfd"
                                       "7zXZ",
                                       "\x28\xb5\x2f\xfd"}) {
    if (start.substr(0, magic.size()) == magic) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::optional<TarMember>> TarReader::Next() {
  Overrides overrides;
  while (true) {
    CLIP_ASSIGN_OR_RETURN(auto header, NextHeader());
    if (!header && overrides.any) {
      return Bad("", "the archive is cut off behind an extended header");
    }
    if (!header) return std::nullopt;
    if (IsExtended(header->type)) {
      CLIP_RETURN_IF_ERROR(TakeExtended(*header, overrides));
      continue;
    }
    if (overrides.name) header->name = *overrides.name;
    if (overrides.size) header->size = *overrides.size;
    overrides = {};
    CLIP_RETURN_IF_ERROR(PassData(*header));
    if (header->type == 'S') {
      return Bad(header->name, "sparse members are not supported");
    }
    if (!IsRegular(*header)) continue;
    if (header->name.empty() || header->name.size() > kMaxNameBytes ||
        absl::StrContains(header->name, absl::string_view("\0", 1))) {
      return Bad(header->name, "the name is empty, too long or has a NUL");
    }
    return TarMember{header->name, data_at_, header->size};
  }
}

absl::StatusOr<std::optional<TarHeader>> TarReader::NextHeader() {
  header_at_ = next_at_;
  // The zeros at the end, and those that fill the last block, may be missing.
  if (header_at_ >= file_.size() && header_at_ > 0) return std::nullopt;
  if (file_.size() - header_at_ < kTarBlockBytes) {
    return Bad("", "the archive is cut off in a header");
  }
  CLIP_ASSIGN_OR_RETURN(const std::string block,
                        file_.Read(header_at_, kTarBlockBytes));
  auto header = ParseTarHeader(block);
  if (!header.ok()) {
    return Bad("", header_at_ > 0 ? std::string(header.status().message())
                   : LooksCompressed(block)
                       ? "the archive is compressed; only plain tar can be read"
                       : "this is no tar archive");
  }
  data_at_ = header_at_ + kTarBlockBytes;
  return header;
}

absl::Status TarReader::PassData(const TarHeader& header) {
  const uint64_t size = HasData(header.type) ? header.size : 0;
  const uint64_t left = file_.size() - data_at_;
  if (size > left) {
    return Bad(header.name,
               absl::StrCat("it shall have ", size, " bytes, but the file has ",
                            left, " left"));
  }
  next_at_ =
      data_at_ + (size + kTarBlockBytes - 1) / kTarBlockBytes * kTarBlockBytes;
  return absl::OkStatus();
}

absl::StatusOr<std::string> TarReader::ReadData(const TarHeader& header) const {
  if (header.size > kMaxExtendedBytes) {
    return Bad(header.name, "an extended header is too large");
  }
  return file_.Read(data_at_, header.size);
}

absl::Status TarReader::TakeExtended(const TarHeader& header,
                                     Overrides& overrides) {
  CLIP_RETURN_IF_ERROR(PassData(header));
  overrides.any = overrides.any || header.type != 'g';
  if (header.type == 'K') return absl::OkStatus();
  if (header.type != 'L') return TakePax(header, overrides);
  CLIP_ASSIGN_OR_RETURN(const std::string name, ReadData(header));
  overrides.name = name.substr(0, name.find('\0'));
  return absl::OkStatus();
}

absl::Status TarReader::TakePax(const TarHeader& header,
                                Overrides& overrides) const {
  CLIP_ASSIGN_OR_RETURN(const std::string data, ReadData(header));
  const auto records = ParsePaxRecords(data);
  if (!records.ok()) {
    return Bad(header.name, std::string(records.status().message()));
  }
  for (const auto& [key, value] : *records) {
    if (absl::StartsWith(key, "GNU.sparse.")) {
      return Bad(header.name, "sparse members are not supported");
    }
    if (key != "path" && key != "size") continue;
    if (header.type == 'g') {
      return Bad(header.name, "a path or size of all members makes no sense");
    }
    uint64_t size = 0;
    if (key == "path") {
      overrides.name = value;
    } else if (absl::SimpleAtoi(value, &size)) {
      overrides.size = size;
    } else {
      return Bad(header.name, "the pax size is not a number");
    }
  }
  return absl::OkStatus();
}

absl::Status TarReader::Bad(const std::string& member,
                            const std::string& problem) const {
  // Names come from the file; the message must stay one line.
  const std::string name =
      member.empty()
          ? ""
          : absl::StrCat("member ",
                         absl::Utf8SafeCEscape(member.substr(0, 200)), " ");
  return absl::InvalidArgumentError(absl::StrCat(
      file_.path(), ": ", name, "at byte ", header_at_, ": ", problem));
}

}  // namespace clip::model
