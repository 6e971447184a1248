#ifndef CLIENT_UTF8_H_
#define CLIENT_UTF8_H_

#include <string_view>

namespace clip::client {

// True for well-formed UTF-8: no surrogate, no overlong form, nothing above
// U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace clip::client

#endif  // CLIENT_UTF8_H_
