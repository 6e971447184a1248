# Writes the C++ source of WebAssets(): files of the page as arrays of bytes.
#
#   cmake -DOUTPUT=web_assets.cc "-DFILES=a.html;b.js" -P embed_files.cmake
#
# The path of a file is its name; that of index.html is "/".
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")

set(arrays "")
set(table "")
set(index 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  get_filename_component(extension "${file}" LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "embed_files: ${name} is of no known type")
  endif()
  file(READ "${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(...............................................................,)"
         "\\1\n" bytes "${bytes}")
  string(APPEND arrays
         "constexpr unsigned char kAsset${index}[] = {\n${bytes}};\n\n")
  set(path "/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND table
         "    {\"${path}\", \"${type_${extension}}\", BytesOf(kAsset${index})},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUTPUT}.new" "// Written by tools/cmake/embed_files.cmake.
#include <cstddef>

#include \"server/web/web_asset.h\"

namespace clip::server {
namespace {

template <size_t size>
std::string_view BytesOf(const unsigned char (&bytes)[size]) {
  return {reinterpret_cast<const char*>(bytes), size};
}

${arrays}}  // namespace

absl::Span<const WebAsset> WebAssets() {
  static const WebAsset assets[] = {
${table}  };
  return assets;
}

}  // namespace clip::server
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
