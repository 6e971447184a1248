#include "client/static_targets.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace clip::client {
namespace {

struct HostAndPort {
  std::string host;
  std::string port;
};

// "a:1", or "[::1]:1" for a host that has colons itself.
absl::StatusOr<HostAndPort> SplitEntry(const std::string& entry) {
  const size_t colon = entry.rfind(':');
  int port = 0;
  HostAndPort parts;
  if (colon != entry.npos) {
    parts = {entry.substr(0, colon), entry.substr(colon + 1)};
    if (absl::StartsWith(parts.host, "[") && absl::EndsWith(parts.host, "]")) {
      parts.host = parts.host.substr(1, parts.host.size() - 2);
    } else if (absl::StrContains(parts.host, ":")) {
      parts.host.clear();
    }
  }
  if (parts.host.empty() || !absl::SimpleAtoi(parts.port, &port) || port < 1 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", entry, "' in the list of servers is not HOST:PORT"));
  }
  return parts;
}

std::string WithPort(const sockaddr* address, const std::string& port) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (address->sa_family == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
    inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size());
    return absl::StrCat("[", text.data(), "]:", port);
  }
  const auto* four = reinterpret_cast<const sockaddr_in*>(address);
  inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
  return absl::StrCat(text.data(), ":", port);
}

// The addresses of one family that stand for the entry; none where there are
// none.
std::vector<std::string> AddressesOf(const HostAndPort& entry, int family) {
  addrinfo hints = {};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(entry.host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found,
                                                                 &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    addresses.push_back(WithPort(next->ai_addr, entry.port));
  }
  return addresses;
}

// The addresses of all entries; INVALID_ARGUMENT where one has none.
absl::StatusOr<std::vector<std::string>> ResolveAll(
    const std::vector<HostAndPort>& entries, int family) {
  std::vector<std::string> all;
  for (const HostAndPort& entry : entries) {
    std::vector<std::string> addresses = AddressesOf(entry, family);
    if (addresses.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("no address is known for '", entry.host, ":", entry.port,
                       "' in the list of servers"));
    }
    for (std::string& address : addresses) {
      if (std::find(all.begin(), all.end(), address) == all.end()) {
        all.push_back(std::move(address));
      }
    }
  }
  return all;
}

bool IsList(const std::string& target) {
  if (!absl::StrContains(target, ",")) return false;
  // gRPC's own forms, some of which have commas too.
  for (const char* scheme : {"ipv4:", "ipv6:", "dns:", "unix:",
                             "unix-abstract:", "vsock:", "xds:"}) {
    if (absl::StartsWith(target, scheme)) return false;
  }
  return !absl::StrContains(target, "://");
}

}  // namespace

absl::StatusOr<GrpcTarget> ResolveTarget(const std::string& target) {
  if (!IsList(target)) return GrpcTarget{target, ""};
  std::vector<HostAndPort> entries;
  const std::vector<std::string> names = absl::StrSplit(target, ',');
  for (const std::string& name : names) {
    absl::StatusOr<HostAndPort> entry = SplitEntry(name);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
  }
  absl::StatusOr<std::vector<std::string>> addresses =
      ResolveAll(entries, AF_INET);
  const char* scheme = "ipv4:";
  if (!addresses.ok()) {
    // The error of the usual family is the one to tell.
    const absl::StatusOr<std::vector<std::string>> six =
        ResolveAll(entries, AF_INET6);
    if (!six.ok()) return addresses.status();
    addresses = *six;
    scheme = "ipv6:";
  }
  return GrpcTarget{absl::StrCat(scheme, absl::StrJoin(*addresses, ",")),
                    names.front()};
}

}  // namespace clip::client
