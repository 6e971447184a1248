#ifndef MODEL_IMAGE_IMAGE_LIMITS_H_
#define MODEL_IMAGE_IMAGE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace clip::model {

// What an encoded picture may cost; all of it is checked from the file's
// header, before a decoder allocates anything. A plain value.
struct ImageLimits {
  // Bytes of an encoded file. Raising it admits larger files and costs queue
  // memory.
  size_t max_encoded_bytes = size_t{8} << 20;
  // Width times height. Decoding needs up to 4 bytes a pixel, so 33.5 million
  // pixels are about 134 MB a decoding thread; a progressive JPEG or a WebP
  // needs up to 8 bytes a pixel more while it is decoded.
  int64_t max_pixels = int64_t{1} << 25;
  // Scans of a progressive JPEG. Each scan walks the whole picture again: a
  // real file has 10, a decompression bomb thousands.
  int max_jpeg_scans = 64;
  // Scans times pixels. 16 scans of the largest picture; one scan of it takes
  // about 20 ms even where it holds nothing.
  int64_t max_jpeg_scan_pixels = int64_t{1} << 29;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_IMAGE_LIMITS_H_
