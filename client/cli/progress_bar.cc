#include "client/cli/progress_bar.h"

#include <fmt/format.h>

namespace clip::client {
namespace {

constexpr size_t kBarWidth = 20;
constexpr absl::Duration kDrawingInterval = absl::Milliseconds(100);

std::string RenderShare(size_t done, size_t total) {
  const size_t parts = total == 0 ? kBarWidth : done * kBarWidth / total;
  return fmt::format("[{}{}] {:.0f} % {}/{}", std::string(parts, '#'),
                     std::string(kBarWidth - parts, '.'),
                     total == 0 ? 100.0
                                : 100.0 * static_cast<double>(done) /
                                      static_cast<double>(total),
                     done, total);
}

}  // namespace

std::string RenderProgress(size_t done, std::optional<size_t> total,
                           size_t failed, absl::Duration elapsed) {
  std::string line = total.has_value() ? RenderShare(done, *total)
                                       : fmt::format("{} done", done);
  const double seconds = absl::ToDoubleSeconds(elapsed);
  if (done > 0 && seconds > 0) {
    const double rate = static_cast<double>(done) / seconds;
    line += fmt::format("  {:.0f}/s", rate);
    if (total.has_value()) {
      line += fmt::format("  {:.0f}s left",
                          static_cast<double>(*total - done) / rate);
    }
  }
  if (failed > 0) line += fmt::format("  {} failed", failed);
  return line;
}

ProgressBar::ProgressBar(std::ostream* terminal, std::optional<size_t> total,
                         absl::Time start)
    : terminal_(terminal), total_(total), start_(start) {}

void ProgressBar::Advance(bool failed, absl::Time now) {
  ++done_;
  if (failed) ++failed_;
  if (terminal_ == nullptr || now < next_drawing_) return;
  next_drawing_ = now + kDrawingInterval;
  // Back to the start of the line, and erase to its end.
  *terminal_ << '\r' << RenderProgress(done_, total_, failed_, now - start_)
             << "\x1b[K" << std::flush;
}

void ProgressBar::Clear() {
  if (terminal_ == nullptr) return;
  *terminal_ << "\r\x1b[K" << std::flush;
  next_drawing_ = absl::InfinitePast();
}

}  // namespace clip::client
