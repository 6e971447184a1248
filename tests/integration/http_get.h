#ifndef TESTS_INTEGRATION_HTTP_GET_H_
#define TESTS_INTEGRATION_HTTP_GET_H_

#include <string>

namespace clip::testing {

// The whole HTTP answer of a server on the loopback; empty where none comes.
std::string HttpGet(int port, const std::string& path);

}  // namespace clip::testing

#endif  // TESTS_INTEGRATION_HTTP_GET_H_
