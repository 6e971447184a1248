#include "model/image/webp_decoder.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

struct DemuxerDeleter {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DemuxerDeleter>;

absl::Status Corrupt() {
  return absl::InvalidArgumentError("the WebP is truncated or corrupt");
}

// Decodes straight into the canvas, at the frame's place.
absl::Status DecodeFrame(const WebPIterator& frame, PixelBuffer* canvas) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) {
    return absl::InternalError("libwebp's headers and library differ");
  }
  const int pixel_bytes = BytesPerPixel(canvas->mode());
  config.output.colorspace =
      canvas->mode() == PixelMode::kRgba ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  WebPRGBABuffer& output = config.output.u.RGBA;
  output.rgba =
      canvas->row(frame.y_offset) + int64_t{frame.x_offset} * pixel_bytes;
  output.stride = static_cast<int>(canvas->row_bytes());
  output.size = static_cast<size_t>(frame.height - 1) * canvas->row_bytes() +
                static_cast<size_t>(frame.width) * pixel_bytes;
  const VP8StatusCode code =
      WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  WebPFreeDecBuffer(&config.output);
  if (code == VP8_STATUS_OUT_OF_MEMORY) {
    return absl::ResourceExhaustedError("no memory to decode the WebP");
  }
  return code == VP8_STATUS_OK ? absl::OkStatus() : Corrupt();
}

void Clear(PixelBuffer* canvas) {
  for (int64_t y = 0; y < canvas->height(); ++y) {
    std::fill_n(canvas->row(y), canvas->row_bytes(), uint8_t{0});
  }
}

absl::Status DecodeFirstFrame(const WebPDemuxer* demuxer, PixelBuffer* canvas) {
  WebPIterator frame;
  if (WebPDemuxGetFrame(demuxer, 1, &frame) == 0) return Corrupt();
  absl::Status status = Corrupt();
  const bool inside =
      frame.x_offset >= 0 && frame.y_offset >= 0 && frame.width > 0 &&
      frame.height > 0 &&
      int64_t{frame.x_offset} + frame.width <= canvas->width() &&
      int64_t{frame.y_offset} + frame.height <= canvas->height();
  if (inside) {
    const bool covers =
        frame.width == canvas->width() && frame.height == canvas->height();
    if (!covers) Clear(canvas);
    status = DecodeFrame(frame, canvas);
  }
  WebPDemuxReleaseIterator(&frame);
  return status;
}

}  // namespace

absl::StatusOr<PixelBuffer> DecodeWebp(std::string_view file,
                                       const ImageHeader& header) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(file.data());
  const WebPData data = {bytes, file.size()};
  // Refuses a file that is shorter than it says.
  const Demuxer demuxer(WebPDemux(&data));
  if (demuxer == nullptr) return Corrupt();
  if (WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH) != header.width ||
      WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT) != header.height) {
    return Corrupt();
  }
  WebPBitstreamFeatures features;
  const bool has_alpha =
      WebPGetFeatures(bytes, file.size(), &features) != VP8_STATUS_OK ||
      features.has_alpha != 0;
  CLIP_ASSIGN_OR_RETURN(
      PixelBuffer canvas,
      PixelBuffer::Create(has_alpha ? PixelMode::kRgba : PixelMode::kRgb,
                          header.width, header.height));
  CLIP_RETURN_IF_ERROR(DecodeFirstFrame(demuxer.get(), &canvas));
  return canvas;
}

}  // namespace clip::model
