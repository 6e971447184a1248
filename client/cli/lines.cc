#include "client/cli/lines.h"

#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "client/cli/line_reader.h"

namespace clip::client {

absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& path,
                                                   std::istream& in) {
  const absl::StatusOr<std::unique_ptr<LineReader>> reader =
      LineReader::Open(path, in, std::numeric_limits<size_t>::max());
  if (!reader.ok()) return reader.status();
  std::vector<std::string> lines;
  while (std::optional<LineReader::Line> line = (*reader)->Next()) {
    lines.push_back(std::move(line->text));
  }
  return lines;
}

}  // namespace clip::client
