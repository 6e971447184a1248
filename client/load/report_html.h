#ifndef CLIENT_LOAD_REPORT_HTML_H_
#define CLIENT_LOAD_REPORT_HTML_H_

#include <string>

#include "client/load/load_report.h"

namespace clip::client::load {

// The report as one page that needs no other file and no script, light or dark
// as its reader likes it: the charts of report_charts.h, and tables of what
// became of the calls and where the time went.
std::string ReportHtml(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_HTML_H_
