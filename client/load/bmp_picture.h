#ifndef CLIENT_LOAD_BMP_PICTURE_H_
#define CLIENT_LOAD_BMP_PICTURE_H_

#include <cstdint>
#include <string>

namespace clip::client::load {

// An uncompressed picture file, which takes no library to make and next to no
// time to vary: coloured tiles. Sides from 4 to 8192.
std::string NewBmpPicture(int width, int height, uint64_t seed);

// Writes `id` into the first pixels, so that no two files are alike.
void StampBmpPicture(uint64_t id, std::string& file);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_BMP_PICTURE_H_
