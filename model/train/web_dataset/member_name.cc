#include "model/train/web_dataset/member_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace clip::model {

std::optional<MemberName> SplitMemberName(std::string_view name) {
  const absl::string_view first(name.data(),
                                std::min(name.find('/'), name.size()));
  if (first.size() >= 4 && absl::StartsWith(first, "__") &&
      absl::EndsWith(first, "__")) {
    return std::nullopt;
  }
  const size_t slash = name.rfind('/');
  const size_t base = slash == std::string_view::npos ? 0 : slash + 1;
  const size_t dot = name.find('.', base);
  if (dot == std::string_view::npos || dot == base) return std::nullopt;
  const std::string_view extension = name.substr(dot + 1);
  return MemberName{std::string(name.substr(0, dot)),
                    absl::AsciiStrToLower(
                        absl::string_view(extension.data(), extension.size()))};
}

}  // namespace clip::model
