#ifndef CLIENT_CLI_JSON_LIST_H_
#define CLIENT_CLI_JSON_LIST_H_

#include <cstdio>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace clip::client {

// The elements of a JSON array that is written later, kept in a file of its own
// until then, so that millions of them need no memory. Used by one thread.
class JsonList {
 public:
  // The file is `path`, which goes at once: it has no name while it is used,
  // and its room is free again when this object ends, in whatever way. UNKNOWN
  // with the system's reason where it cannot be made.
  static absl::StatusOr<std::unique_ptr<JsonList>> Create(
      const std::string& path);

  // The same in the system's folder for temporary files.
  static absl::StatusOr<std::unique_ptr<JsonList>> CreateTemporary();

  // `element` is JSON already. UNKNOWN where the disk fails.
  absl::Status Add(std::string_view element);

  // Writes "[a, b, c]" to `out`, whose state the caller checks; once, last.
  // UNKNOWN where the file cannot be read back.
  absl::Status WriteTo(std::ostream& out);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Closer>;

  JsonList(std::string path, File file);

  const std::string path_;
  const File file_;
  bool is_empty_ = true;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_JSON_LIST_H_
