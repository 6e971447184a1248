#ifndef SERVER_SERVICE_UTF8_H_
#define SERVER_SERVICE_UTF8_H_

#include <string_view>

namespace clip::server {

// Whether the bytes are UTF-8 as protobuf demands it of a string: no overlong
// forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace clip::server

#endif  // SERVER_SERVICE_UTF8_H_
