#ifndef CLIENT_CLI_SCORE_TABLE_H_
#define CLIENT_CLI_SCORE_TABLE_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/score_report.h"

namespace clip::client {

// Scores for people. With few texts a table, one line a picture and one column
// a text; with many, the best texts of each picture. The best one has a star
// and, on a terminal, bold type.
class ScoreTable : public ScoreReport {
 public:
  struct Options {
    // Characters for the names of the pictures.
    size_t name_width = 0;
    // Logits in place of percentages.
    bool logits = false;
    bool bold = false;
    // Texts listed for each picture where there are too many for a table.
    size_t top = 5;
    // The best texts of each picture even where a table would fit.
    bool list = false;
  };

  // Borrows the stream.
  ScoreTable(std::ostream* out, std::vector<std::string> texts,
             const Options& options);

  absl::Status Add(const ImageScores& scores,
                   const ModelVersion& model) override;
  absl::Status Fail(const std::string& name, const absl::Status& why) override;
  absl::Status Finish() override;

 private:
  bool fits_table() const;
  void WriteTitle();
  void WriteLine(const ImageScores& scores);
  void WriteList(const ImageScores& scores);
  // A score in the width of a column, with its star.
  std::string Cell(const ImageScores& scores, size_t column, bool best) const;
  std::string Emphasized(std::string cell, bool best) const;

  std::ostream* const out_;
  const std::vector<std::string> texts_;
  const Options options_;
  bool has_title_ = false;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_SCORE_TABLE_H_
