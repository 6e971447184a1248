#include "model/train/loss_plot.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/atomic_file.h"

namespace clip::model {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 400;
constexpr int kLeft = 60;
constexpr int kRight = 20;
constexpr int kTop = 30;
constexpr int kBottom = 40;
constexpr uint8_t kInk = 40;
constexpr uint8_t kGrid = 220;
constexpr uint8_t kPaper = 255;

// 3 x 5 pixels a character, rows from the top, the left pixel highest.
struct Glyph {
  char character;
  std::array<uint8_t, 5> rows;
};
constexpr Glyph kGlyphs[] = {
    {'0', {7, 5, 5, 5, 7}}, {'1', {2, 6, 2, 2, 7}}, {'2', {7, 1, 7, 4, 7}},
    {'3', {7, 1, 7, 1, 7}}, {'4', {5, 5, 7, 1, 1}}, {'5', {7, 4, 7, 1, 7}},
    {'6', {7, 4, 7, 5, 7}}, {'7', {7, 1, 1, 1, 1}}, {'8', {7, 5, 7, 5, 7}},
    {'9', {7, 5, 7, 1, 7}}, {'.', {0, 0, 0, 0, 2}}, {'-', {0, 0, 7, 0, 0}},
    {'e', {0, 7, 7, 4, 7}}, {'l', {4, 4, 4, 4, 7}}, {'o', {0, 7, 5, 5, 7}},
    {'s', {0, 7, 4, 1, 7}}, {'t', {2, 7, 2, 2, 3}}, {'p', {0, 7, 5, 7, 4}},
    {'+', {0, 2, 7, 2, 0}},
};

// A gray picture.
class Canvas {
 public:
  Canvas() : pixels_(size_t{kWidth} * kHeight, kPaper) {}

  void Dot(int x, int y, uint8_t shade) {
    if (x < 0 || y < 0 || x >= kWidth || y >= kHeight) return;
    pixels_[static_cast<size_t>(y) * kWidth + static_cast<size_t>(x)] = shade;
  }

  void Line(int x0, int y0, int x1, int y1, uint8_t shade) {
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) {
      Dot(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, shade);
    }
  }

  void Text(int x, int y, const std::string& text) {
    constexpr int kScale = 2;
    for (const char character : text) {
      for (const Glyph& glyph : kGlyphs) {
        if (glyph.character != character) continue;
        for (int i = 0; i < 15 * kScale * kScale; ++i) {
          const int dx = i % (3 * kScale);
          const int dy = i / (3 * kScale);
          const int bit = 4 >> (dx / kScale);
          if ((glyph.rows[static_cast<size_t>(dy / kScale)] & bit) != 0) {
            Dot(x + dx, y + dy, kInk);
          }
        }
      }
      x += 4 * kScale;
    }
  }

  const std::vector<uint8_t>& pixels() const { return pixels_; }

 private:
  std::vector<uint8_t> pixels_;
};

std::string Number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

void Draw(const std::vector<LossPoint>& points, Canvas& canvas) {
  double low = 0.0;
  double high = 1e-6;
  int64_t last = 1;
  for (const LossPoint& point : points) {
    low = std::min(low, point.loss);
    high = std::max(high, point.loss);
    last = std::max(last, point.step);
  }
  const auto x_of = [&](double step) {
    return kLeft + static_cast<int>(step / static_cast<double>(last) *
                                    (kWidth - kLeft - kRight));
  };
  const auto y_of = [&](double loss) {
    return kHeight - kBottom -
           static_cast<int>((loss - low) / (high - low) *
                            (kHeight - kTop - kBottom));
  };
  constexpr int kTicks = 5;
  for (int i = 0; i <= kTicks; ++i) {
    const double loss = low + (high - low) * i / kTicks;
    const double step = static_cast<double>(last) * i / kTicks;
    canvas.Line(kLeft, y_of(loss), kWidth - kRight, y_of(loss), kGrid);
    canvas.Text(4, y_of(loss) - 5, Number(loss));
    canvas.Text(x_of(step) - 12, kHeight - kBottom + 8,
                absl::StrCat(std::llround(step)));
  }
  canvas.Line(kLeft, kTop, kLeft, kHeight - kBottom, kInk);
  canvas.Line(kLeft, y_of(low), kWidth - kRight, y_of(low), kInk);
  canvas.Text(4, 8, "loss");
  canvas.Text(kWidth / 2, kHeight - 14, "steps");
  for (size_t i = 0; i < points.size(); ++i) {
    const LossPoint& to = points[i];
    const LossPoint& from = points[i == 0 ? 0 : i - 1];
    canvas.Line(x_of(static_cast<double>(from.step)), y_of(from.loss),
                x_of(static_cast<double>(to.step)), y_of(to.loss), kInk);
  }
}

}  // namespace

absl::Status WriteLossPlot(const std::string& path,
                           const std::vector<LossPoint>& points) {
  Canvas canvas;
  Draw(points, canvas);
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = kWidth;
  image.height = kHeight;
  image.format = PNG_FORMAT_GRAY;
  std::vector<uint8_t> encoded(PNG_IMAGE_PNG_SIZE_MAX(image));
  png_alloc_size_t size = encoded.size();
  if (png_image_write_to_memory(&image, encoded.data(), &size, 0,
                                canvas.pixels().data(), 0, nullptr) == 0) {
    return absl::InternalError(absl::StrCat(path, ": ", image.message));
  }
  CLIP_ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(path));
  CLIP_RETURN_IF_ERROR(file->Append(absl::MakeConstSpan(encoded.data(), size)));
  return file->Commit();
}

}  // namespace clip::model
