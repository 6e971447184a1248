#include "server/web/site_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace clip::server {
namespace {

// A name is at most 253 characters, an address less.
constexpr size_t kMaxHostBytes = 300;

// "a.example:80" is "a.example", "[::1]:80" is "::1".
std::string NameOf(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const size_t end = host.find(']');
    return std::string(host.substr(1, end == host.npos ? end : end - 1));
  }
  return absl::AsciiStrToLower(std::string(host.substr(0, host.find(':'))));
}

bool IsAddress(const std::string& name) {
  in6_addr ignored;
  return inet_pton(AF_INET, name.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

// The host of "https://a.example:8443" is "a.example:8443". A proxy may add
// TLS, so the scheme is not looked at.
std::string_view HostOfOrigin(std::string_view origin) {
  const size_t start = origin.find("://");
  return start == origin.npos ? std::string_view() : origin.substr(start + 3);
}

bool IsJson(std::string_view content_type) {
  const std::string type(content_type.substr(0, content_type.find(';')));
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(type),
                                "application/json");
}

}  // namespace

SiteGuard::SiteGuard(std::vector<std::string> names)
    : names_(std::move(names)) {
  for (std::string& name : names_) absl::AsciiStrToLower(&name);
}

bool SiteGuard::IsOurs(std::string_view host) const {
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  const std::string name = NameOf(host);
  return name == "localhost" || IsAddress(name) ||
         std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::optional<HttpResponse> SiteGuard::Refuse(const HttpRequest& head) const {
  if (!IsOurs(head.host)) {
    return HttpError(421, "PERMISSION_DENIED",
                     "this page is not served under that host name; whoever "
                     "runs the server can allow it with --web-host");
  }
  if (head.method != "POST") return std::nullopt;
  if (head.origin.has_value() &&
      !absl::EqualsIgnoreCase(std::string(HostOfOrigin(*head.origin)),
                              head.host)) {
    return HttpError(403, "PERMISSION_DENIED",
                     "the request comes from another site");
  }
  if (!IsJson(head.content_type)) {
    return HttpError(415, "INVALID_ARGUMENT",
                     "the Content-Type must be application/json");
  }
  return std::nullopt;
}

}  // namespace clip::server
