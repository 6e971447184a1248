#ifndef CLIENT_CLI_PROGRESS_BAR_H_
#define CLIENT_CLI_PROGRESS_BAR_H_

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"

namespace clip::client {

// One line that says how far a run is, for example
//   [########............] 40 % 400/1000  52/s  12s left  3 failed
// or, where nobody knows how many there are,
//   400 done  52/s  3 failed
std::string RenderProgress(size_t done, std::optional<size_t> total,
                           size_t failed, absl::Duration elapsed);

// Draws RenderProgress on a terminal, over itself and at most ten times a
// second. Used by one thread; time is an argument.
class ProgressBar {
 public:
  // Borrows the stream; null = draws nothing. No total = nobody knows it.
  ProgressBar(std::ostream* terminal, std::optional<size_t> total,
              absl::Time start);

  // One more item is done.
  void Advance(bool failed, absl::Time now);

  // Takes the line away, so that another can be written; the next Advance
  // draws it again.
  void Clear();

 private:
  std::ostream* const terminal_;
  const std::optional<size_t> total_;
  const absl::Time start_;
  size_t done_ = 0;
  size_t failed_ = 0;
  absl::Time next_drawing_ = absl::InfinitePast();
};

}  // namespace clip::client

#endif  // CLIENT_CLI_PROGRESS_BAR_H_
