#include "client/cli/json_list.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace clip::client {
namespace {

absl::Status ListFailed(const std::string& path) {
  return absl::UnknownError(
      fmt::format("cannot keep a list in {}: {}", path,
                  std::generic_category().message(errno)));
}

}  // namespace

JsonList::JsonList(std::string path, File file)
    : path_(std::move(path)), file_(std::move(file)) {}

absl::StatusOr<std::unique_ptr<JsonList>> JsonList::Create(
    const std::string& path) {
  File file(std::fopen(path.c_str(), "w+bxe"));
  if (file == nullptr) return ListFailed(path);
  std::remove(path.c_str());
  return std::unique_ptr<JsonList>(new JsonList(path, std::move(file)));
}

absl::StatusOr<std::unique_ptr<JsonList>> JsonList::CreateTemporary() {
  File file(std::tmpfile());
  if (file == nullptr) return ListFailed("a temporary file");
  return std::unique_ptr<JsonList>(
      new JsonList("a temporary file", std::move(file)));
}

absl::Status JsonList::Add(std::string_view element) {
  const std::string_view separator = is_empty_ ? "" : ",\n";
  is_empty_ = false;
  std::fwrite(separator.data(), 1, separator.size(), file_.get());
  std::fwrite(element.data(), 1, element.size(), file_.get());
  return std::ferror(file_.get()) == 0 ? absl::OkStatus() : ListFailed(path_);
}

absl::Status JsonList::WriteTo(std::ostream& out) {
  if (std::fflush(file_.get()) != 0) return ListFailed(path_);
  std::rewind(file_.get());
  out << '[';
  std::array<char, 64 << 10> chunk;
  while (const size_t bytes =
             std::fread(chunk.data(), 1, chunk.size(), file_.get())) {
    out.write(chunk.data(), static_cast<std::streamsize>(bytes));
  }
  out << ']';
  return std::ferror(file_.get()) == 0 ? absl::OkStatus() : ListFailed(path_);
}

}  // namespace clip::client
