#include "tests/testing/photo_like_picture.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

// clang-format off
// jpeglib.h uses size_t and FILE without including what declares them.
#include <jpeglib.h>
// clang-format on

namespace clip::testing {
namespace {

uint32_t Hash(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t h = a * 0x9e3779b1U ^ b * 0x85ebca77U ^ c * 0xc2b2ae3dU;
  h ^= h >> 15;
  h *= 0x2c1b3c6dU;
  h ^= h >> 12;
  h *= 0x297a2d39U;
  return h ^ (h >> 15);
}

// Adds noise of one wavelength: random values on a grid of `cell` pixels,
// joined by straight lines, in -amplitude..amplitude.
void AddNoise(int width, int height, int cell, float amplitude, uint32_t seed,
              std::vector<float>* plane) {
  const auto at = [&](int column, int row) {
    const uint32_t hash =
        Hash(static_cast<uint32_t>(column), static_cast<uint32_t>(row), seed);
    return amplitude * (static_cast<float>(hash >> 8) / 8388608.0F - 1.0F);
  };
  float* out = plane->data();
  for (int y = 0; y < height; ++y) {
    const float v = static_cast<float>(y % cell) / static_cast<float>(cell);
    for (int left = 0; left < width; left += cell) {
      const int row = y / cell;
      const int column = left / cell;
      const float first = at(column, row) * (1 - v) + at(column, row + 1) * v;
      const float last =
          at(column + 1, row) * (1 - v) + at(column + 1, row + 1) * v;
      const float step = (last - first) / static_cast<float>(cell);
      const int end = std::min(width - left, cell);
      for (int x = 0; x < end; ++x) {
        *out++ += first + step * static_cast<float>(x);
      }
    }
  }
}

// Noise of all wavelengths from `longest` down to `shortest` pixels, each half
// as strong as the one before.
std::vector<float> MakePlane(int width, int height, int longest, int shortest,
                             float amplitude, uint32_t seed) {
  std::vector<float> plane(static_cast<size_t>(width) *
                           static_cast<size_t>(height));
  for (int cell = longest; cell >= shortest; cell /= 2, amplitude /= 2) {
    AddNoise(width, height, cell, amplitude, Hash(seed, 1, cell), &plane);
  }
  return plane;
}

// A filled ellipse a third of the picture wide: an object with a hard edge.
void AddEllipse(int width, int height, float brighter, uint32_t seed,
                std::vector<float>* plane) {
  const auto part = [&](uint32_t what) {
    return static_cast<float>(Hash(seed, what, 3) % 1000) / 1000.0F;
  };
  const float radius_x = static_cast<float>(width) * (0.05F + part(1) / 8);
  const float radius_y = static_cast<float>(height) * (0.05F + part(2) / 8);
  const float centre_x = static_cast<float>(width) * part(3);
  const float centre_y = static_cast<float>(height) * part(4);
  for (int y = 0; y < height; ++y) {
    const float dy = (static_cast<float>(y) - centre_y) / radius_y;
    float* row =
        plane->data() + static_cast<size_t>(y) * static_cast<size_t>(width);
    for (int x = 0; x < width; ++x) {
      const float dx = (static_cast<float>(x) - centre_x) / radius_x;
      if (dx * dx + dy * dy < 1) row[x] += brighter;
    }
  }
}

char ToByte(float value) {
  return static_cast<char>(
      static_cast<uint8_t>(std::clamp(value, 0.0F, 255.0F)));
}

}  // namespace

std::string MakePhotoLikePicture(int width, int height, uint32_t seed) {
  const int longest = std::max(std::min(width, height) / 2, 4);
  std::vector<float> light = MakePlane(width, height, longest, 4, 70, seed);
  const std::vector<float> red =
      MakePlane(width, height, longest, longest / 8 + 1, 25, seed + 101);
  const std::vector<float> blue =
      MakePlane(width, height, longest, longest / 8 + 1, 25, seed + 202);
  for (uint32_t i = 0; i < 6; ++i) {
    AddEllipse(width, height, i % 2 == 0 ? 45 : -45, Hash(seed, 2, i), &light);
  }
  AddNoise(width, height, 1, 9, seed + 303, &light);
  std::string rgb;
  rgb.reserve(light.size() * 3);
  for (size_t i = 0; i < light.size(); ++i) {
    const float value = 125 + light[i];
    rgb.push_back(ToByte(value + red[i]));
    rgb.push_back(ToByte(value - (red[i] + blue[i]) / 3));
    rgb.push_back(ToByte(value + blue[i]));
  }
  return rgb;
}

std::string EncodeJpeg(const std::string& rgb, int width, int height,
                       int quality) {
  jpeg_compress_struct info = {};
  // Its errors end the process, which is right for a test.
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): libjpeg's type.
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  std::vector<JSAMPLE> row(static_cast<size_t>(width) * 3);
  for (int y = 0; y < height; ++y) {
    std::copy_n(rgb.begin() + static_cast<std::ptrdiff_t>(row.size()) * y,
                row.size(), row.begin());
    JSAMPROW start = row.data();
    jpeg_write_scanlines(&info, &start, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string file(reinterpret_cast<char*>(memory), size);
  std::free(memory);
  return file;
}

}  // namespace clip::testing
