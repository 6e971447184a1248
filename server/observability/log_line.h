#ifndef SERVER_OBSERVABILITY_LOG_LINE_H_
#define SERVER_OBSERVABILITY_LOG_LINE_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "server/observability/logging.h"

namespace clip::server {

// The event and its fields as one line of `format`, without time, level and
// line end: `event=refused reason="queue full"`, or the members of a JSON
// object. Quotes whatever could be taken for structure, replaces what is not
// UTF-8, and cuts a text value at 512 bytes: values may come from a caller.
std::string FormatLogLine(LogFormat format, std::string_view event,
                          std::initializer_list<LogField> fields);

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_LOG_LINE_H_
