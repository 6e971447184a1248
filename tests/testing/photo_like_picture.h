#ifndef TESTS_TESTING_PHOTO_LIKE_PICTURE_H_
#define TESTS_TESTING_PHOTO_LIKE_PICTURE_H_

#include <cstdint>
#include <string>

namespace clip::testing {

// R, G, B bytes of a made-up picture with what a photograph has and noise has
// not: most energy in large shapes, less the finer it gets (brightness falls
// as 1/f, colour faster), hard edges, and a little grain. The same on every
// machine for the same numbers.
std::string MakePhotoLikePicture(int width, int height, uint32_t seed);

// Such a picture, or any other R, G, B bytes, as a JPEG with libjpeg's usual
// settings: 4:2:0, sequential, `quality` of 100.
std::string EncodeJpeg(const std::string& rgb, int width, int height,
                       int quality);

}  // namespace clip::testing

#endif  // TESTS_TESTING_PHOTO_LIKE_PICTURE_H_
