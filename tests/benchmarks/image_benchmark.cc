// How long a picture takes on its way to the model's row.
//
//   image_benchmark [--pictures DIR] [google-benchmark's flags]
//
// With --pictures it writes the JPEGs that it measures with into that folder
// and ends, so that another program can be measured with the same.
#include <benchmark/benchmark.h>

#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "model/image/antialiased_resize.h"
#include "model/image/image_decoder.h"
#include "model/image/image_preprocessor.h"
#include "model/image/resample_kernel.h"
#include "model/image/resample_pass.h"
#include "model/image/resample_routines.h"
#include "tests/testing/photo_like_picture.h"

namespace clip::model {
namespace {

constexpr int kJpegQuality = 90;

PixelView ViewOf(const std::string& rgb, int64_t width, int64_t height) {
  PixelView view;
  view.width = width;
  view.height = height;
  view.stride = view.row_bytes();
  view.data = reinterpret_cast<const uint8_t*>(rgb.data());
  return view;
}

// A picture of the first two arguments, its shorter side resized to the third
// and the middle cut out, as most models want it.
void BM_Resize(benchmark::State& state) {
  const int64_t width = state.range(0);
  const int64_t height = state.range(1);
  const int64_t side = state.range(2);
  const std::string rgb = testing::MakePhotoLikePicture(
      static_cast<int>(width), static_cast<int>(height), 1);
  const int64_t resized_width = side * width / height;
  const ResizeWindow window = {
      resized_width, side, (resized_width - side) / 2, 0, side, side};
  for (auto _ : state) {
    auto resized = AntialiasedResize(ViewOf(rgb, width, height), window,
                                     Interpolation::kBicubic);
    if (!resized.ok()) state.SkipWithError("the resize failed");
    benchmark::DoNotOptimize(resized);
  }
}
BENCHMARK(BM_Resize)
    ->ArgNames({"width", "height", "to"})
    ->Args({640, 480, 224})
    ->Args({4000, 3000, 224})
    ->Args({160, 120, 384})
    ->Unit(benchmark::kMicrosecond);

// Both passes of the first of these, for each instruction set that there is.
void BM_Passes(benchmark::State& state) {
  const auto supported = SupportedResampleRoutines();
  const auto index = static_cast<size_t>(state.range(0));
  if (index >= supported.size()) {
    state.SkipWithError("this processor has not got it");
    return;
  }
  const ResampleRoutines& routines = *supported[index];
  state.SetLabel(routines.name);
  const std::string rgb = testing::MakePhotoLikePicture(640, 480, 1);
  const ResampleKernel columns(640, 298, Interpolation::kBicubic);
  const ResampleKernel rows(480, 224, Interpolation::kBicubic);
  auto between = PixelBuffer::Create(PixelMode::kRgb, 224, 480).value();
  auto result = PixelBuffer::Create(PixelMode::kRgb, 224, 224).value();
  for (auto _ : state) {
    ResampleHorizontally(ViewOf(rgb, 640, 480), 0, columns, 37, routines,
                         &between);
    ResampleVertically(between.view(), 0, rows, 0, routines, &result);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_Passes)
    ->ArgName("routines")
    ->DenseRange(0, 2)
    ->Unit(benchmark::kMicrosecond);

std::string MakeJpeg(int64_t width, int64_t height) {
  const auto w = static_cast<int>(width);
  const auto h = static_cast<int>(height);
  return testing::EncodeJpeg(testing::MakePhotoLikePicture(w, h, 1), w, h,
                             kJpegQuality);
}

void BM_DecodeJpeg(benchmark::State& state) {
  const std::string file = MakeJpeg(state.range(0), state.range(1));
  for (auto _ : state) {
    auto decoded = DecodeImage(file, ImageLimits());
    if (!decoded.ok()) state.SkipWithError("the decoder failed");
    benchmark::DoNotOptimize(decoded);
  }
}
BENCHMARK(BM_DecodeJpeg)
    ->ArgNames({"width", "height"})
    ->Args({640, 480})
    ->Args({4000, 3000})
    ->Unit(benchmark::kMicrosecond);

void PreprocessRepeatedly(benchmark::State& state, bool encoded,
                          const DecodeOptions& decoding) {
  const auto width = static_cast<uint32_t>(state.range(0));
  const auto height = static_cast<uint32_t>(state.range(1));
  const auto preprocessor =
      ImagePreprocessor::Create(PreprocessConfig(), ImageLimits(), decoding)
          .value();
  const std::string picture =
      encoded ? MakeJpeg(width, height)
              : testing::MakePhotoLikePicture(static_cast<int>(width),
                                              static_cast<int>(height), 1);
  std::vector<float> row(preprocessor->row_size());
  for (auto _ : state) {
    const absl::Status status =
        encoded ? preprocessor->PreprocessEncoded(picture, absl::MakeSpan(row))
                : preprocessor->PreprocessRgb(width, height, picture,
                                              absl::MakeSpan(row));
    if (!status.ok()) state.SkipWithError("preprocessing failed");
    benchmark::ClobberMemory();
  }
}

// From the file to the row.
void BM_PreprocessJpeg(benchmark::State& state) {
  PreprocessRepeatedly(state, /*encoded=*/true, DecodeOptions());
}
BENCHMARK(BM_PreprocessJpeg)
    ->ArgNames({"width", "height"})
    ->Args({640, 480})
    ->Args({1200, 900})
    ->Args({4000, 3000})
    ->Unit(benchmark::kMicrosecond);

// The same with the opt-in.
void BM_PreprocessJpegScaled(benchmark::State& state) {
  PreprocessRepeatedly(state, /*encoded=*/true, {/*jpeg_scaled_decode=*/true});
}
BENCHMARK(BM_PreprocessJpegScaled)
    ->ArgNames({"width", "height"})
    ->Args({1200, 900})
    ->Args({4000, 3000})
    ->Unit(benchmark::kMicrosecond);

// From pixels to the row.
void BM_PreprocessRgb(benchmark::State& state) {
  PreprocessRepeatedly(state, /*encoded=*/false, DecodeOptions());
}
BENCHMARK(BM_PreprocessRgb)
    ->ArgNames({"width", "height"})
    ->Args({640, 480})
    ->Args({224, 224})
    ->Unit(benchmark::kMicrosecond);

bool WritePictures(const std::string& folder) {
  for (const auto& [width, height] :
       {std::pair{640, 480}, std::pair{4000, 3000}, std::pair{160, 120}}) {
    const std::string name = fmt::format("{}x{}.jpg", width, height);
    std::ofstream file(fmt::format("{}/{}", folder, name), std::ios::binary);
    if (!(file << MakeJpeg(width, height)).flush()) {
      std::cerr << "cannot write " << name << " into " << folder << '\n';
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace clip::model

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--pictures") {
    return clip::model::WritePictures(argv[2]) ? 0 : 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
