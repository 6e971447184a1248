#ifndef MODEL_TRAIN_WEB_DATASET_CAPTION_MEMBER_H_
#define MODEL_TRAIN_WEB_DATASET_CAPTION_MEMBER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clip::model {

// The caption that a WebDataset member holds: its text, or, where keys are
// given, the first string of these that is not blank in its JSON object,
// stripped. nullopt for what open_clip leaves out: text that is not UTF-8 or
// is blank, and JSON without a caption.
std::optional<std::string> ReadCaption(
    std::string_view data, const std::vector<std::string>& json_keys);

}  // namespace clip::model

#endif  // MODEL_TRAIN_WEB_DATASET_CAPTION_MEMBER_H_
