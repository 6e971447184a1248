#ifndef MODEL_IMAGE_JPEG_SOURCE_H_
#define MODEL_IMAGE_JPEG_SOURCE_H_

#include <cstddef>
#include <cstdio>
#include <string_view>

// clang-format off
// jpeglib.h uses size_t and FILE without including what declares them.
#include <jpeglib.h>
// clang-format on

namespace clip::model {

// Feeds a JPEG in memory to libjpeg as a suspending source: at the end of the
// data libjpeg stops and says so, where its own sources would invent an end
// marker and fill the rest with gray.
//
// The data is handed over in steps of 64 KiB, as Pillow does it: what libjpeg
// finds wrong behind the last row depends on how far it can see.
//
// Borrows the file. Trivially destructible, because libjpeg's errors jump.
class JpegSource {
 public:
  explicit JpegSource(std::string_view file);

  // Makes `info` read from here; this object must not move afterwards.
  void Attach(jpeg_decompress_struct* info);

  // Gives libjpeg the next step after it suspended; false at the end.
  bool Extend();

 private:
  static void SkipInput(j_decompress_ptr info, long count);  // NOLINT

  // First, so that libjpeg's pointer to it is a pointer to this object.
  jpeg_source_mgr manager_;
  const char* end_;
  size_t bytes_to_skip_ = 0;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_JPEG_SOURCE_H_
