#include "client/cli/score_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "client/cli/output_check.h"
#include "client/cli/table_cell.h"

namespace clip::client {
namespace {

// What fits beside the names on a line of 120 characters.
constexpr size_t kMaxColumns = 8;
constexpr size_t kMaxTextWidth = 60;

// Columns from the best score down; equal scores keep the order of the texts.
std::vector<size_t> Ranking(const std::vector<float>& logits) {
  std::vector<size_t> columns(logits.size());
  std::iota(columns.begin(), columns.end(), size_t{0});
  std::stable_sort(columns.begin(), columns.end(),
                   [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  return columns;
}

}  // namespace

ScoreTable::ScoreTable(std::ostream* out, std::vector<std::string> texts,
                       const Options& options)
    : out_(out), texts_(std::move(texts)), options_(options) {}

absl::Status ScoreTable::Add(const ImageScores& scores,
                             const ModelVersion& /*model*/) {
  if (!has_title_) WriteTitle();
  has_title_ = true;
  if (fits_table()) {
    WriteLine(scores);
  } else {
    WriteList(scores);
  }
  return CheckOutput(*out_);
}

absl::Status ScoreTable::Fail(const std::string& /*name*/,
                              const absl::Status& /*why*/) {
  return absl::OkStatus();
}

absl::Status ScoreTable::Finish() {
  out_->flush();
  return CheckOutput(*out_);
}

bool ScoreTable::fits_table() const {
  return !options_.list && texts_.size() <= kMaxColumns;
}

void ScoreTable::WriteTitle() {
  if (!fits_table()) return;
  for (size_t i = 0; i < texts_.size(); ++i) {
    *out_ << fmt::format("[{}] {}\n", i + 1,
                         Printable(texts_[i], kMaxTextWidth));
  }
  *out_ << '\n' << PadRight("", options_.name_width);
  for (size_t i = 0; i < texts_.size(); ++i) {
    *out_ << fmt::format("  {:>9}", fmt::format("[{}]", i + 1));
  }
  *out_ << "  best\n";
}

void ScoreTable::WriteLine(const ImageScores& scores) {
  const size_t best = Ranking(scores.logits).front();
  *out_ << PadRight(PrintablePath(scores.name, options_.name_width),
                    options_.name_width);
  for (size_t i = 0; i < texts_.size(); ++i) {
    *out_ << "  " << Cell(scores, i, i == best);
  }
  *out_ << "  " << Emphasized(Printable(texts_[best], kMaxTextWidth), true)
        << '\n';
}

void ScoreTable::WriteList(const ImageScores& scores) {
  const std::vector<size_t> ranking = Ranking(scores.logits);
  *out_ << PrintablePath(scores.name, options_.name_width) << '\n';
  for (size_t i = 0; i < std::min(options_.top, ranking.size()); ++i) {
    const size_t column = ranking[i];
    *out_ << Cell(scores, column, i == 0) << "  "
          << Emphasized(Printable(texts_[column], kMaxTextWidth), i == 0)
          << '\n';
  }
}

std::string ScoreTable::Cell(const ImageScores& scores, size_t column,
                             bool best) const {
  const std::string number =
      options_.logits
          ? fmt::format("{:.3f}", scores.logits[column])
          : fmt::format("{:.1f} %", 100 * scores.probabilities[column]);
  return Emphasized(fmt::format("{:>9}", (best ? "*" : "") + number), best);
}

std::string ScoreTable::Emphasized(std::string cell, bool best) const {
  if (!best || !options_.bold) return cell;
  return "\x1b[1m" + std::move(cell) + "\x1b[0m";
}

}  // namespace clip::client
