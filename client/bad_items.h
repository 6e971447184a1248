#ifndef CLIENT_BAD_ITEMS_H_
#define CLIENT_BAD_ITEMS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace clip::client {

// One item of a call that the service will not take.
struct BadItem {
  // Field of the request, for example "images" or "texts".
  std::string field;
  // Index into that field.
  size_t index = 0;
  std::string reason;
};

// The items that an INVALID_ARGUMENT of ClipClient names, in the order of the
// reply. Empty where the status is another one or blames no single item. The
// indices are the service's word: check them against the request.
std::vector<BadItem> BadItemsOf(const absl::Status& status);

}  // namespace clip::client

#endif  // CLIENT_BAD_ITEMS_H_
