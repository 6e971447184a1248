#ifndef CLIENT_LOAD_CALL_SPEC_H_
#define CLIENT_LOAD_CALL_SPEC_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace clip::client::load {

enum class CallKind { kImage, kText, kSimilarity };
inline constexpr size_t kCallKindCount = 3;

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
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_CALL_SPEC_H_
