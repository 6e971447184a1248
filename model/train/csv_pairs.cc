#include "model/train/csv_pairs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

namespace fs = std::filesystem;
using Fields = std::vector<std::string>;

// Walks the records of a CSV text.
class CsvReader {
 public:
  CsvReader(const std::string& text, char separator)
      : text_(text), separator_(separator) {}

  bool at_end() const { return next_ >= text_.size(); }
  // Of the record that was read last, from 1.
  size_t line() const { return record_line_; }

  // nullopt for a quote that nothing closes.
  std::optional<Fields> ReadRecord() {
    record_line_ = line_;
    Fields fields(1);
    bool quoted = false;
    for (; next_ < text_.size(); ++next_) {
      const char c = text_[next_];
      if (c == '\n') ++line_;
      if (c == '"' && (quoted || fields.back().empty())) {
        if (quoted && next_ + 1 < text_.size() && text_[next_ + 1] == '"') {
          fields.back().push_back(text_[++next_]);
        } else {
          quoted = !quoted;
        }
      } else if (quoted) {
        fields.back().push_back(c);
      } else if (c == separator_) {
        fields.emplace_back();
      } else if (c == '\n') {
        ++next_;
        break;
      } else if (c != '\r' || !EndsLine(next_ + 1)) {
        fields.back().push_back(c);
      }
    }
    if (quoted) return std::nullopt;
    return fields;
  }

 private:
  bool EndsLine(size_t at) const {
    return at >= text_.size() || text_[at] == '\n';
  }

  const std::string& text_;
  const char separator_;
  size_t next_ = 0;
  size_t line_ = 1;
  size_t record_line_ = 1;
};

absl::Status BadLine(const std::string& path, size_t line,
                     const std::string& problem) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ":", line, ": ", problem));
}

absl::StatusOr<std::string> ReadBounded(const std::string& path, size_t most) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": there is no such file"));
  }
  const uintmax_t size = fs::file_size(path, error);
  if (error || size > most) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is larger than ", most, " bytes"));
  }
  std::ifstream file(path, std::ios::binary);
  std::string content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (static_cast<uintmax_t>(file.gcount()) != size) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": cannot be read"));
  }
  return content;
}

absl::StatusOr<size_t> FindColumn(const std::string& path, const Fields& names,
                                  const std::string& key) {
  const auto found = std::find(names.begin(), names.end(), key);
  if (found == names.end()) {
    return BadLine(path, 1, absl::StrCat("there is no column ", key));
  }
  return static_cast<size_t>(found - names.begin());
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvPairs>> CsvPairs::Create(
    const CsvPairsOptions& options) {
  // A billion captions do not belong into one CSV.
  constexpr size_t kMaxBytes = size_t{8} << 30;
  CLIP_ASSIGN_OR_RETURN(const std::string text,
                        ReadBounded(options.path, kMaxBytes));
  CsvReader reader(text, options.separator);
  const std::optional<Fields> names = reader.ReadRecord();
  if (!names) return BadLine(options.path, 1, "a quote is not closed");
  CLIP_ASSIGN_OR_RETURN(const size_t image,
                        FindColumn(options.path, *names, options.image_key));
  CLIP_ASSIGN_OR_RETURN(const size_t caption,
                        FindColumn(options.path, *names, options.text_key));
  std::vector<Row> rows;
  while (!reader.at_end()) {
    const std::optional<Fields> fields = reader.ReadRecord();
    const size_t line = reader.line();
    if (!fields) return BadLine(options.path, line, "a quote is not closed");
    if (fields->size() == 1 && fields->front().empty()) continue;
    if (fields->size() != names->size()) {
      return BadLine(options.path, line,
                     absl::StrCat("there are ", fields->size(), " fields, not ",
                                  names->size()));
    }
    rows.push_back({(*fields)[image], (*fields)[caption], line});
  }
  if (rows.empty()) return BadLine(options.path, 1, "there are no pairs");
  // The constructor is private, which make_unique cannot reach.
  return std::unique_ptr<CsvPairs>(new CsvPairs(options, std::move(rows)));
}

absl::StatusOr<ImageTextPair> CsvPairs::Read(size_t index) const {
  const Row& row = rows_[index];
  std::error_code error;
  std::string path = row.image;
  const fs::path beside = fs::path(options_.path).parent_path() / row.image;
  if (!fs::exists(path, error)) path = beside.string();
  ImageTextPair pair;
  auto image = ReadBounded(path, options_.max_image_bytes);
  if (!image.ok()) {
    return absl::Status(
        image.status().code(),
        absl::StrCat(Where(index), ": ", image.status().message()));
  }
  pair.image = *std::move(image);
  pair.text = row.text;
  return pair;
}

std::string CsvPairs::Where(size_t index) const {
  return absl::StrCat(options_.path, ":", rows_[index].line);
}

}  // namespace clip::model
