#ifndef MODEL_TRAIN_CSV_PAIRS_H_
#define MODEL_TRAIN_CSV_PAIRS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/train/pair_source.h"

namespace clip::model {

struct CsvPairsOptions {
  std::string path;
  // open_clip's --csv-separator, --csv-img-key and --csv-caption-key.
  char separator = '\t';
  std::string image_key = "filepath";
  std::string text_key = "title";
  // A larger picture is an error of its pair.
  size_t max_image_bytes = size_t{8} << 20;
};

// Pairs of a CSV file whose first line names the columns. Fields may be quoted
// as RFC 4180 says, also over several lines. A relative picture path is meant
// from the working folder, as in open_clip, or, where nothing is there, from
// the CSV's folder.
class CsvPairs : public PairSource {
 public:
  // Reads the whole CSV, not the pictures. Errors, naming file and line:
  // NOT_FOUND; INVALID_ARGUMENT for a missing column, a line with another
  // count of fields, an open quote, or no pairs at all.
  static absl::StatusOr<std::unique_ptr<CsvPairs>> Create(
      const CsvPairsOptions& options);

  size_t size() const override { return rows_.size(); }
  absl::StatusOr<ImageTextPair> Read(size_t index) const override;
  std::string Where(size_t index) const override;

  // The caption or class of a pair, without its picture.
  const std::string& text(size_t index) const { return rows_[index].text; }

 private:
  struct Row {
    std::string image;
    std::string text;
    size_t line = 0;
  };

  CsvPairs(CsvPairsOptions options, std::vector<Row> rows)
      : options_(std::move(options)), rows_(std::move(rows)) {}

  const CsvPairsOptions options_;
  const std::vector<Row> rows_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_CSV_PAIRS_H_
