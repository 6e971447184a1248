#include "model/image/color_adjustment.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace clip::model {
namespace {

constexpr size_t kChannels = 3;

// ITU-R 601 in 16-bit fixed point.
uint8_t GrayOf(const uint8_t* rgb) {
  const uint32_t sum =
      rgb[0] * 19595U + rgb[1] * 38470U + rgb[2] * 7471U + 0x8000U;
  return static_cast<uint8_t>(sum >> 16);
}

// Image.blend of one channel, `from` at factor 0 and `to` at 1.
uint8_t Blend(uint8_t from, uint8_t to, float factor) {
  const float value =
      static_cast<float>(from) + factor * static_cast<float>(to - from);
  if (value <= 0.0F) return 0;
  return value >= 255.0F ? 255 : static_cast<uint8_t>(value);
}

uint8_t Clip(int value) {
  return static_cast<uint8_t>(std::clamp(value, 0, 255));
}

struct Hsv {
  uint8_t h = 0;
  uint8_t s = 0;
  uint8_t v = 0;
};

// float and double change as in Pillow, where each rounding counts.
Hsv ToHsv(const uint8_t* rgb) {
  const uint8_t most = std::max({rgb[0], rgb[1], rgb[2]});
  const uint8_t least = std::min({rgb[0], rgb[1], rgb[2]});
  if (most == least) return {0, 0, most};
  const auto range = static_cast<float>(most - least);
  const float saturation = range / static_cast<float>(most);
  const float r = static_cast<float>(most - rgb[0]) / range;
  const float g = static_cast<float>(most - rgb[1]) / range;
  const float b = static_cast<float>(most - rgb[2]) / range;
  float hue;
  if (rgb[0] == most) {
    hue = b - g;
  } else if (rgb[1] == most) {
    hue = static_cast<float>(2.0 + r - b);
  } else {
    hue = static_cast<float>(4.0 + g - r);
  }
  hue = static_cast<float>(std::fmod(hue / 6.0 + 1.0, 1.0));
  return {Clip(static_cast<int>(hue * 255.0)),
          Clip(static_cast<int>(saturation * 255.0)), most};
}

void ToRgb(const Hsv& hsv, uint8_t* rgb) {
  const uint8_t v = hsv.v;
  const double turn = static_cast<float>(hsv.h) * 6.0 / 255.0;
  const int sector = static_cast<int>(std::floor(turn));
  const auto rest = static_cast<float>(turn - static_cast<float>(sector));
  const auto saturation = static_cast<float>(static_cast<float>(hsv.s) / 255.0);
  const auto part = [&](double share) {
    return Clip(static_cast<int>(std::round(v * (1.0 - share))));
  };
  const uint8_t low = part(saturation);
  const uint8_t falling = part(saturation * rest);
  const uint8_t rising = part(saturation * (1.0 - rest));
  const uint8_t colors[6][kChannels] = {{v, rising, low}, {falling, v, low},
                                        {low, v, rising}, {low, falling, v},
                                        {rising, low, v}, {v, low, falling}};
  std::copy_n(colors[sector % 6], kChannels, rgb);
}

}  // namespace

void AdjustBrightness(absl::Span<uint8_t> rgb, float factor) {
  for (uint8_t& channel : rgb) channel = Blend(0, channel, factor);
}

void AdjustContrast(absl::Span<uint8_t> rgb, float factor) {
  if (rgb.empty()) return;
  uint64_t sum = 0;
  for (size_t i = 0; i < rgb.size(); i += kChannels) sum += GrayOf(&rgb[i]);
  const size_t pixels = rgb.size() / kChannels;
  const double mean = static_cast<double>(sum) / static_cast<double>(pixels);
  const auto gray = static_cast<uint8_t>(std::floor(mean + 0.5));
  for (uint8_t& channel : rgb) channel = Blend(gray, channel, factor);
}

void AdjustSaturation(absl::Span<uint8_t> rgb, float factor) {
  for (size_t i = 0; i < rgb.size(); i += kChannels) {
    const uint8_t gray = GrayOf(&rgb[i]);
    for (size_t c = 0; c < kChannels; ++c) {
      rgb[i + c] = Blend(gray, rgb[i + c], factor);
    }
  }
}

void AdjustHue(absl::Span<uint8_t> rgb, float factor) {
  const auto turn =
      static_cast<uint8_t>(static_cast<int>(static_cast<double>(factor) * 255));
  for (size_t i = 0; i < rgb.size(); i += kChannels) {
    Hsv hsv = ToHsv(&rgb[i]);
    hsv.h = static_cast<uint8_t>(hsv.h + turn);
    ToRgb(hsv, &rgb[i]);
  }
}

void GrayScale(absl::Span<uint8_t> rgb) {
  for (size_t i = 0; i < rgb.size(); i += kChannels) {
    std::fill_n(&rgb[i], kChannels, GrayOf(&rgb[i]));
  }
}

}  // namespace clip::model
