#include "model/image/jpeg_source.h"

#include <algorithm>

namespace clip::model {
namespace {

constexpr size_t kStepBytes = 65536;

void DoNothing(j_decompress_ptr /*info*/) {}

boolean Suspend(j_decompress_ptr /*info*/) { return FALSE; }

}  // namespace

JpegSource::JpegSource(std::string_view file)
    : manager_{}, end_(file.data() + file.size()) {
  manager_.next_input_byte = reinterpret_cast<const JOCTET*>(file.data());
  manager_.init_source = DoNothing;
  manager_.fill_input_buffer = Suspend;
  manager_.skip_input_data = SkipInput;
  manager_.resync_to_restart = jpeg_resync_to_restart;
  manager_.term_source = DoNothing;
}

void JpegSource::Attach(jpeg_decompress_struct* info) { info->src = &manager_; }

bool JpegSource::Extend() {
  const auto* seen_end = reinterpret_cast<const char*>(
      manager_.next_input_byte + manager_.bytes_in_buffer);
  const auto unseen = static_cast<size_t>(end_ - seen_end);
  if (unseen == 0) return false;
  manager_.bytes_in_buffer += std::min(unseen, kStepBytes);
  const size_t skipped = std::min(bytes_to_skip_, manager_.bytes_in_buffer);
  manager_.next_input_byte += skipped;
  manager_.bytes_in_buffer -= skipped;
  bytes_to_skip_ -= skipped;
  return true;
}

void JpegSource::SkipInput(j_decompress_ptr info, long count) {  // NOLINT
  auto* source = reinterpret_cast<JpegSource*>(info->src);
  if (count <= 0) return;
  const size_t skipped =
      std::min(static_cast<size_t>(count), source->manager_.bytes_in_buffer);
  source->manager_.next_input_byte += skipped;
  source->manager_.bytes_in_buffer -= skipped;
  source->bytes_to_skip_ = static_cast<size_t>(count) - skipped;
}

}  // namespace clip::model
