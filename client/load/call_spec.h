#ifndef CLIENT_LOAD_CALL_SPEC_H_
#define CLIENT_LOAD_CALL_SPEC_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace clip::client::load {

// The last two are single items of an EncodeStream that stays open.
enum class CallKind { kImage, kText, kSimilarity, kStreamImage, kStreamText };
inline constexpr size_t kCallKindCount = 5;

inline bool IsStreamed(CallKind kind) {
  return kind == CallKind::kStreamImage || kind == CallKind::kStreamText;
}
inline bool HasPictures(CallKind kind) {
  return kind == CallKind::kImage || kind == CallKind::kSimilarity ||
         kind == CallKind::kStreamImage;
}
inline bool HasTexts(CallKind kind) {
  return kind == CallKind::kText || kind == CallKind::kSimilarity ||
         kind == CallKind::kStreamText;
}

// One call of a run, before it is made into a request.
struct CallSpec {
  // Place in the run, from 0.
  uint64_t index = 0;
  CallKind kind = CallKind::kImage;
  // One for each picture and for each text; equal ids are equal items.
  std::vector<uint64_t> picture_ids;
  std::vector<uint64_t> text_ids;
  // The first picture is sent as bytes that are none.
  bool spoil_picture = false;
  // From its sending until an answer is of no use; zero = the target's own.
  absl::Duration deadline = absl::ZeroDuration();
  // From its being due until its caller goes away; zero = the caller stays.
  absl::Duration cancel_after = absl::ZeroDuration();
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CALL_SPEC_H_
