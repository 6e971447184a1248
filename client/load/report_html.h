#ifndef CLIENT_LOAD_REPORT_HTML_H_
#define CLIENT_LOAD_REPORT_HTML_H_

#include <string>

#include "client/load/load_report.h"

namespace clip::client::load {

// The report as one page that needs no other file and no script: a table of the
// runs, and for each its latency by quantile and over time.
std::string ReportHtml(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_HTML_H_
