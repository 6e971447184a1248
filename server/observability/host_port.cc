#include "server/observability/host_port.h"

#include <fmt/format.h>

#include "absl/status/status.h"

namespace clip::server {
namespace {

constexpr int kMaxPort = 65535;
constexpr size_t kMaxPortDigits = 5;

bool IsPort(const std::string& text) {
  return !text.empty() && text.size() <= kMaxPortDigits &&
         text.find_first_not_of("0123456789") == std::string::npos &&
         std::stoi(text) <= kMaxPort;
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  // A comma would be taken for a list of addresses.
  if (colon == std::string::npos || colon == 0 ||
      address.find(',') != std::string::npos ||
      !IsPort(address.substr(colon + 1))) {
    return absl::InvalidArgumentError(
        fmt::format("address {:?} is not HOST:PORT", address));
  }
  HostPort parsed{address.substr(0, colon),
                  std::stoi(address.substr(colon + 1))};
  if (parsed.host.size() > 2 && parsed.host.front() == '[' &&
      parsed.host.back() == ']') {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  return parsed;
}

}  // namespace clip::server
