#include "model/train/web_dataset/pax_records.h"

#include <cstddef>

#include "absl/strings/numbers.h"

namespace clip::model {

absl::StatusOr<std::map<std::string, std::string>> ParsePaxRecords(
    std::string_view data) {
  const absl::Status malformed =
      absl::InvalidArgumentError("a pax record is malformed");
  std::map<std::string, std::string> records;
  // Some writers fill up with NUL.
  while (!data.empty() && data.front() != '\0') {
    const size_t space = data.find(' ');
    if (space == std::string_view::npos) return malformed;
    size_t length = 0;
    if (!absl::SimpleAtoi(absl::string_view(data.data(), space), &length) ||
        length < space + 2 || length > data.size() ||
        data[length - 1] != '\n') {
      return malformed;
    }
    const std::string_view record = data.substr(space + 1, length - space - 2);
    const size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return malformed;
    records[std::string(record.substr(0, equals))] =
        std::string(record.substr(equals + 1));
    data.remove_prefix(length);
  }
  return records;
}

}  // namespace clip::model
