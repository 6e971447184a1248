#ifndef CLIENT_LOAD_REPORT_JSON_H_
#define CLIENT_LOAD_REPORT_JSON_H_

#include <string>

#include "client/load/load_report.h"

namespace clip::client::load {

// The whole report as a JSON document, version 1 of a form that
// client/README.md describes. Times are milliseconds where a name ends in _ms.
std::string ReportJson(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_JSON_H_
