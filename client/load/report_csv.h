#ifndef CLIENT_LOAD_REPORT_CSV_H_
#define CLIENT_LOAD_REPORT_CSV_H_

#include <string>

#include "client/load/load_report.h"

namespace clip::client::load {

// A header, then for each run a line for the whole of it (window "all") and one
// for each window, numbered from 0. Every line begins with the run's label.
std::string ReportCsv(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_CSV_H_
