#include "client/cli/embedding_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "client/cli/output_check.h"
#include "client/cli/table_cell.h"
#include "client/embedding_numbers.h"

namespace clip::client {
namespace {

constexpr size_t kNumbersShown = 6;

// Numbers of 8 characters each, and dots where there are more.
std::string FirstNumbers(const std::vector<float>& numbers, bool are_whole) {
  std::string line;
  for (size_t i = 0; i < std::min(numbers.size(), kNumbersShown); ++i) {
    line += are_whole ? fmt::format(" {:>4.0f}", numbers[i])
                      : fmt::format(" {:>8.4f}", numbers[i]);
  }
  return numbers.size() > kNumbersShown ? line + " ..." : line;
}

bool IsWhole(EmbeddingFormat format) {
  return format == EmbeddingFormat::kInt8 || format == EmbeddingFormat::kBinary;
}

}  // namespace

EmbeddingTable::EmbeddingTable(std::ostream* out, size_t name_width,
                               bool with_tokens)
    : out_(out),
      name_width_(std::max<size_t>(name_width, 4)),
      with_tokens_(with_tokens) {}

absl::Status EmbeddingTable::Add(const std::string& name, Row row,
                                 const ModelVersion& /*model*/) {
  const absl::StatusOr<std::vector<float>> numbers = NumbersOf(row.embedding);
  if (!numbers.ok()) return numbers.status();
  if (!has_title_) {
    *out_ << PadRight("name", name_width_) << (with_tokens_ ? "  tokens" : "")
          << "  numbers  " << FormatName(row.embedding.format) << '\n';
    has_title_ = true;
  }
  const std::string cell = with_tokens_ ? Printable(name, name_width_)
                                        : PrintablePath(name, name_width_);
  *out_ << PadRight(cell, name_width_);
  if (with_tokens_) {
    *out_ << fmt::format("  {:>5}{}", row.token_count,
                         row.truncated ? "+" : " ");
  }
  *out_ << fmt::format("  {:>7} ", numbers->size())
        << FirstNumbers(*numbers, IsWhole(row.embedding.format)) << '\n';
  return CheckOutput(*out_);
}

absl::Status EmbeddingTable::Fail(const std::string& /*name*/,
                                  const absl::Status& /*why*/) {
  return absl::OkStatus();
}

absl::Status EmbeddingTable::Finish() {
  out_->flush();
  return CheckOutput(*out_);
}

}  // namespace clip::client
