#ifndef CLIENT_LOAD_REPORT_TEXT_H_
#define CLIENT_LOAD_REPORT_TEXT_H_

#include <string>

#include "absl/time/time.h"
#include "client/load/load_report.h"

namespace clip::client::load {

// A time as people read it, such as "0.084 ms", "12.3 ms" or "1.25 s".
std::string ReadableTime(absl::Duration time);

// One run on about ten lines, ended by what its figures are worth.
std::string RunText(const RunReport& run, absl::Duration late_after);

// A table with a line for each run, for a sweep or search, and the answer of a
// search. Empty where there is one run and no search.
std::string SweepText(const LoadReport& report);

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_REPORT_TEXT_H_
