#ifndef SERVER_WEB_HTTP_MESSAGE_H_
#define SERVER_WEB_HTTP_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clip::server {

// What the page needs to know of a request. A plain value; every byte of it is
// the caller's.
struct HttpRequest {
  // "GET", "HEAD", "POST" and whatever else a caller writes.
  std::string method;
  // Path and query as sent, for example "/api/models?x=1".
  std::string target;
  // Header fields; empty where there is none.
  std::string host;
  std::string content_type;
  // Nothing where the caller is no browser or reads a page of ours.
  std::optional<std::string> origin;
  std::string body;
};

// A plain value; the listener adds what every answer has.
struct HttpResponse {
  // For example 200.
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  // Further header fields; names and values are ours, never a caller's.
  std::vector<std::pair<std::string, std::string>> fields;
};

// An answer in the page's one form of errors:
//   {"error": {"code": "INVALID_ARGUMENT", "message": "..."}}
// `field`, where it is not empty, is the path of what is wrong with the
// request. Bytes of `message` that are not UTF-8 are replaced.
HttpResponse HttpError(int status, std::string_view code,
                       std::string_view message, std::string_view field = "");

}  // namespace clip::server

#endif  // SERVER_WEB_HTTP_MESSAGE_H_
