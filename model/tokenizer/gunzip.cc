#include "model/tokenizer/gunzip.h"

#include <zlib.h>

#include <memory>

#include "absl/status/status.h"

namespace clip::model::text {
namespace {

// 15 bits of window, and gzip's header and checksum instead of zlib's.
constexpr int kGzipWindowBits = 15 + 16;

// Inflates into `unpacked`; Z_STREAM_END when the whole member fitted.
int Inflate(std::string_view packed, std::string* unpacked) {
  z_stream stream = {};
  if (const int status = inflateInit2(&stream, kGzipWindowBits);
      status != Z_OK) {
    return status;
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream,
                                                             inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked->data());
  stream.avail_out = static_cast<uInt>(unpacked->size());
  const int status = inflate(&stream, Z_FINISH);
  unpacked->resize(stream.total_out);
  return status;
}

}  // namespace

absl::StatusOr<std::string> Gunzip(std::string_view packed, size_t max_bytes) {
  std::string unpacked(max_bytes, '\0');
  const int status = Inflate(packed, &unpacked);
  if (status == Z_STREAM_END) return unpacked;
  if (unpacked.size() == max_bytes) {
    return absl::ResourceExhaustedError("gzip data unpacks to too much");
  }
  return absl::DataLossError("gzip data is damaged");
}

}  // namespace clip::model::text
