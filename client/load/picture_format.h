#ifndef CLIENT_LOAD_PICTURE_FORMAT_H_
#define CLIENT_LOAD_PICTURE_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace clip::client::load {

enum class PictureFormat { kBmp, kJpeg, kPng };

// "bmp", "jpeg" or "png". INVALID_ARGUMENT for any other.
absl::StatusOr<PictureFormat> ParsePictureFormat(absl::string_view name);

// A file of coloured tiles, whose place for an id is empty. Sides
// from 4 to 8192. INTERNAL where the format's library fails.
absl::StatusOr<std::string> NewPicture(PictureFormat format, int width,
                                       int height, uint64_t seed);

// Writes `id` into a file of NewPicture, so that no two are alike: into the
// first pixels of a BMP, and into a comment of the others, whose pixels would
// have to be compressed again.
void StampPicture(PictureFormat format, uint64_t id, std::string& file);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_PICTURE_FORMAT_H_
