#ifndef MODEL_IMAGE_RESAMPLE_ROUTINES_H_
#define MODEL_IMAGE_RESAMPLE_ROUTINES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace clip::model {

// Taps are summed in groups of this many; missing ones weigh nothing.
constexpr size_t kTapsPerGroup = 4;
// Rows that a horizontal pass takes at once.
constexpr size_t kRowsAtOnce = 4;
// Bytes behind the last tap of a row that a routine may read, not use.
constexpr size_t kReadAhead = 16;
// Fixed-point weights must be smaller, on either side of zero. Those of the
// filters stay below 1.2 * 2^22.
constexpr int32_t kWeightLimit = 127 << 16;

// One resized pixel of a row: where its first tap lies and how many groups of
// taps it has. Its weights follow those of the pixel before.
struct GroupedPixel {
  size_t first_byte = 0;
  size_t groups = 0;
};

// Resized pixels of kRowsAtOnce rows; the same row may appear twice.
struct RowSums {
  std::array<const uint8_t*, kRowsAtOnce> in;
  std::array<uint8_t*, kRowsAtOnce> out;
  const std::vector<GroupedPixel>& pixels;
  const int32_t* weights;
  // Bytes of a pixel, 1 to 4.
  int channels;
};

// One resized row out of `taps` rows that follow each other.
struct ColumnSums {
  const uint8_t* in;
  size_t stride;
  size_t taps;
  const int32_t* weights;
  size_t bytes;
  uint8_t* out;
};

// The inner loops of antialiased resizing of 8-bit channels, for one
// instruction set. All of them give the same bytes: sums of 32 bits with
// ResampleKernel::kPrecisionBits after the point, rounded and clamped.
struct ResampleRoutines {
  const char* name;
  // Weights are kept as the routines want them: so many numbers a group.
  size_t packed_per_group;
  void (*pack)(const int32_t* group, int32_t* packed);
  void (*sum_rows)(const RowSums& sums);
  void (*sum_columns)(const ColumnSums& sums);
};

const ResampleRoutines& PortableResampleRoutines();
#if defined(__x86_64__)
// REQUIRES: a processor with AVX2, and with AVX-512 BW, VL and VNNI.
const ResampleRoutines& Avx2ResampleRoutines();
const ResampleRoutines& VnniResampleRoutines();
#endif

// Those that this processor can run, the fastest last.
std::vector<const ResampleRoutines*> SupportedResampleRoutines();

// The fastest that this processor can run.
const ResampleRoutines& BestResampleRoutines();

}  // namespace clip::model

#endif  // MODEL_IMAGE_RESAMPLE_ROUTINES_H_
