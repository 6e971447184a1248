#ifndef CLIENT_CLI_TABLE_CELL_H_
#define CLIENT_CLI_TABLE_CELL_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clip::client {

// The text as a terminal may show it: control characters, which could move the
// cursor or rename the window, become '?', and what is longer than `max_width`
// characters ends in "...".
std::string Printable(std::string_view text, size_t max_width);

// The same for paths, whose end says more: what is too long begins with "...".
std::string PrintablePath(std::string_view path, size_t max_width);

// Number of characters (code points) of well-formed UTF-8.
size_t WidthOf(std::string_view text);

// The text with spaces up to `width` characters.
std::string PadRight(std::string text, size_t width);

// Width of a column for all of `names`, at most `max_width`.
size_t ColumnWidth(const std::vector<std::string>& names, size_t max_width);

}  // namespace clip::client

#endif  // CLIENT_CLI_TABLE_CELL_H_
