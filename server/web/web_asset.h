#ifndef SERVER_WEB_WEB_ASSET_H_
#define SERVER_WEB_WEB_ASSET_H_

#include <string_view>

#include "absl/types/span.h"

namespace clip::server {

// A file of the page, which the build has put into the program.
struct WebAsset {
  // For example "/page.js".
  std::string_view path;
  std::string_view content_type;
  std::string_view content;
};

// Those of server/web/page. The source is written by
// tools/cmake/embed_files.cmake.
absl::Span<const WebAsset> WebAssets();

}  // namespace clip::server

#endif  // SERVER_WEB_WEB_ASSET_H_
