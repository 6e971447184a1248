#include "client/cli/npy_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace clip::client {
namespace {

// Layout of version 1.0: magic string, version, the length of the text that
// follows as 16-bit little-endian, and the text, a Python dictionary filled
// with spaces so that the data starts at a multiple of 64. A fixed 128 leaves
// room for any shape.
constexpr std::string_view kMagicAndVersion("\x93NUMPY\x01\x00", 8);
constexpr size_t kHeaderBytes = 128;
constexpr size_t kTextBytes = kHeaderBytes - kMagicAndVersion.size() - 2;

struct TypeFacts {
  std::string_view description;
  size_t bytes;
};

TypeFacts FactsOf(NpyType type) {
  switch (type) {
    case NpyType::kFloat32:
      return {"<f4", 4};
    case NpyType::kFloat16:
      return {"<f2", 2};
    case NpyType::kInt8:
      return {"|i1", 1};
    case NpyType::kUint8:
      return {"|u1", 1};
  }
  return {"|u1", 1};
}

std::string Header(NpyType type, size_t rows, size_t columns) {
  std::string text = fmt::format(
      "{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}",
      FactsOf(type).description, rows, columns);
  text.resize(kTextBytes - 1, ' ');
  text.push_back('\n');
  std::string header(kMagicAndVersion);
  header.push_back(static_cast<char>(kTextBytes & 0xff));
  header.push_back(static_cast<char>(kTextBytes >> 8));
  return header + text;
}

}  // namespace

NpyWriter::NpyWriter(std::string path, NpyType type)
    : path_(std::move(path)),
      type_(type),
      file_(path_, std::ios::binary | std::ios::trunc) {}

absl::StatusOr<std::unique_ptr<NpyWriter>> NpyWriter::Create(
    const std::string& path, NpyType type) {
  errno = 0;
  std::unique_ptr<NpyWriter> writer(new NpyWriter(path, type));
  if (!writer->file_.is_open()) {
    return absl::UnknownError(fmt::format(
        "cannot write {}: {}", path, std::generic_category().message(errno)));
  }
  const absl::Status written = writer->WriteHeader();
  if (!written.ok()) return written;
  return writer;
}

absl::Status NpyWriter::AppendRow(std::string_view row) {
  if (rows_ == 0) row_bytes_ = row.size();
  if (row.size() != row_bytes_ || row.size() % FactsOf(type_).bytes != 0) {
    return absl::InvalidArgumentError(
        fmt::format("a row of {} bytes does not fit an array with rows of {}",
                    row.size(), row_bytes_));
  }
  file_.write(row.data(), static_cast<std::streamsize>(row.size()));
  ++rows_;
  return CheckFile();
}

absl::Status NpyWriter::Finish() {
  file_.seekp(0);
  const absl::Status written = WriteHeader();
  file_.close();
  return written.ok() ? CheckFile() : written;
}

absl::Status NpyWriter::WriteHeader() {
  const std::string header =
      Header(type_, rows_, row_bytes_ / FactsOf(type_).bytes);
  file_.write(header.data(), static_cast<std::streamsize>(header.size()));
  return CheckFile();
}

absl::Status NpyWriter::CheckFile() const {
  if (file_.good()) return absl::OkStatus();
  return absl::UnknownError(fmt::format("cannot write {}", path_));
}

}  // namespace clip::client
