#ifndef CLIENT_CLI_LINE_READER_H_
#define CLIENT_CLI_LINE_READER_H_

#include <cstddef>
#include <fstream>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace clip::client {

// Reads lines one by one: without their ends (\n or \r\n) and without the empty
// ones. Memory is bounded by one line. Used by one thread.
class LineReader {
 public:
  // The file at `path`, or `in` where the path is "-", which is borrowed.
  // NOT_FOUND with the system's reason where the file cannot be read.
  static absl::StatusOr<std::unique_ptr<LineReader>> Open(
      const std::string& path, std::istream& in, size_t max_bytes);

  struct Line {
    std::string text;
    // The text is only the beginning of a line that is longer than max_bytes.
    bool is_cut = false;
  };

  // False where Next would wait for standard input, of which nothing is there
  // and the end has not come. The rest of a line that has begun may be waited
  // for all the same.
  bool IsReady() const;

  // Nothing after the last line.
  std::optional<Line> Next();

 private:
  LineReader(std::unique_ptr<std::ifstream> file, std::istream& in,
             size_t max_bytes);

  const std::unique_ptr<std::ifstream> file_;
  std::istream& in_;
  const size_t max_bytes_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_LINE_READER_H_
