#ifndef MODEL_TRAIN_WEB_DATASET_MEMBER_NAME_H_
#define MODEL_TRAIN_WEB_DATASET_MEMBER_NAME_H_

#include <optional>
#include <string>
#include <string_view>

namespace clip::model {

// A tar member's name as WebDataset reads it: "a/b.c/000.seg.JPG" is the
// extension "seg.jpg" of the sample "a/b.c/000".
struct MemberName {
  std::string key;
  // In lower case.
  std::string extension;
};

// nullopt for members of no sample: names without extension, hidden files and
// WebDataset's own, whose first part is like "__info__".
std::optional<MemberName> SplitMemberName(std::string_view name);

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_MEMBER_NAME_H_
