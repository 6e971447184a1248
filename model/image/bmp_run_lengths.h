#ifndef MODEL_IMAGE_BMP_RUN_LENGTHS_H_
#define MODEL_IMAGE_BMP_RUN_LENGTHS_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace clip::model {

// Expands a BMP's run lengths to one byte a pixel, in the order of the file,
// exactly as Pillow does where the runs disagree with the width. The result is
// as long as the runs reach: shorter than width * height when they end early,
// and at most a run longer.
std::vector<uint8_t> ExpandBmpRunLengths(std::string_view file, size_t offset,
                                         int64_t width, int64_t height,
                                         bool four_bits);

}  // namespace clip::model

#endif  // MODEL_IMAGE_BMP_RUN_LENGTHS_H_
