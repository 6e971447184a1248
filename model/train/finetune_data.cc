#include "model/train/finetune_data.h"

#include <string>

#include "model/base/status_macros.h"

namespace clip::model {
namespace {

absl::StatusOr<std::unique_ptr<CsvPairs>> OpenCsv(
    const FinetuneOptions& options, const std::string& path,
    const std::string& text_key) {
  CsvPairsOptions csv;
  csv.path = path;
  csv.separator = options.csv_separator;
  csv.image_key = options.csv_img_key;
  csv.text_key = text_key;
  return CsvPairs::Create(csv);
}

}  // namespace

absl::StatusOr<FinetuneData> OpenFinetuneData(const FinetuneOptions& options) {
  FinetuneData data;
  CLIP_ASSIGN_OR_RETURN(data.train, OpenCsv(options, options.train_data,
                                            options.csv_caption_key));
  if (!options.val_data.empty()) {
    CLIP_ASSIGN_OR_RETURN(
        data.val, OpenCsv(options, options.val_data, options.csv_caption_key));
  }
  if (!options.zeroshot_data.empty()) {
    CLIP_ASSIGN_OR_RETURN(data.zeroshot, OpenCsv(options, options.zeroshot_data,
                                                 options.csv_class_key));
  }
  return data;
}

}  // namespace clip::model
