#include "model/train/finetune_data.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "model/base/status_macros.h"
#include "model/train/web_dataset/web_dataset_pairs.h"

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

std::vector<std::string> SplitKeys(const std::string& keys) {
  std::vector<std::string> parts;
  for (const absl::string_view part :
       absl::StrSplit(keys, ';', absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

absl::StatusOr<std::unique_ptr<PairSource>> OpenWebDataset(
    const FinetuneOptions& options, const FinetuneObserver& observer,
    const std::string& shards) {
  WebDatasetOptions web;
  web.shards = shards;
  web.keys.image = SplitKeys(options.image_key);
  web.keys.text = SplitKeys(options.text_key);
  web.keys.json_text = SplitKeys(options.json_text_key);
  CLIP_ASSIGN_OR_RETURN(auto pairs, WebDatasetPairs::Create(web));
  if (pairs->left_out() > 0 && observer.on_note) {
    observer.on_note(absl::StrCat(shards, ": ", pairs->size(), " pairs; ",
                                  pairs->left_out(),
                                  " samples without picture or caption are "
                                  "left out"));
  }
  return pairs;
}

absl::StatusOr<std::unique_ptr<PairSource>> OpenPairs(
    const FinetuneOptions& options, const FinetuneObserver& observer,
    const std::string& path) {
  std::string type = options.dataset_type;
  if (type == "auto") {
    if (absl::EndsWith(path, ".csv") || absl::EndsWith(path, ".tsv")) {
      type = "csv";
    } else if (absl::EndsWith(path, ".tar")) {
      type = "webdataset";
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          path,
          ": the dataset type cannot be told from the name, which ends with "
          "neither .csv, .tsv nor .tar (plain, not compressed)"));
    }
  }
  if (type == "webdataset") return OpenWebDataset(options, observer, path);
  return OpenCsv(options, path, options.csv_caption_key);
}

}  // namespace

absl::StatusOr<FinetuneData> OpenFinetuneData(
    const FinetuneOptions& options, const FinetuneObserver& observer) {
  FinetuneData data;
  CLIP_ASSIGN_OR_RETURN(data.train,
                        OpenPairs(options, observer, options.train_data));
  if (!options.val_data.empty()) {
    CLIP_ASSIGN_OR_RETURN(data.val,
                          OpenPairs(options, observer, options.val_data));
  }
  if (!options.zeroshot_data.empty()) {
    CLIP_ASSIGN_OR_RETURN(data.zeroshot, OpenCsv(options, options.zeroshot_data,
                                                 options.csv_class_key));
  }
  return data;
}

}  // namespace clip::model
