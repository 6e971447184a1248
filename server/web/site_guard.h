#ifndef SERVER_WEB_SITE_GUARD_H_
#define SERVER_WEB_SITE_GUARD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/web/http_message.h"

namespace clip::server {

// Keeps other web sites from using the page through the browser of somebody
// who can reach it. Browsers send requests for any site; what gives them away
// is their head:
//
//   Host           the name under which the browser looked us up. A site that
//                  lets its own name point at this machine (DNS rebinding)
//                  shows that name. Taken are "localhost", the addresses
//                  themselves, which cannot be re-pointed, and the names that
//                  the operator has given.
//   Origin         the site whose script sends a POST: it must be this one.
//   Content-Type   application/json, which no form of another site can send
//                  without asking first, and we never say yes.
//
// It is no access control: whoever is no browser writes what it likes there.
//
// Thread-safe: it never changes.
class SiteGuard {
 public:
  // `names` are host names without ports; case does not matter.
  explicit SiteGuard(std::vector<std::string> names);

  // The answer that refuses the request, or nothing.
  std::optional<HttpResponse> Refuse(const HttpRequest& head) const;

 private:
  bool IsOurs(std::string_view host) const;

  // In lower case.
  std::vector<std::string> names_;
};

}  // namespace clip::server

#endif  // SERVER_WEB_SITE_GUARD_H_
