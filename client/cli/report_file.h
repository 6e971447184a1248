#ifndef CLIENT_CLI_REPORT_FILE_H_
#define CLIENT_CLI_REPORT_FILE_H_

#include <fstream>
#include <string>

#include "absl/status/status.h"

namespace clip::client {

// A file that is there as a whole or not at all. Until it is complete, its
// content is in NAME.partial, which stays where the disk is full.
class ReportFile {
 public:
  // An empty path is a file that nobody wants: all calls do nothing.
  explicit ReportFile(std::string path) : path_(std::move(path)) {}

  bool is_wanted() const { return !path_.empty(); }

  // NOT_FOUND with the system's reason where the file cannot be written. To be
  // called before the work whose report it takes.
  absl::Status Open();

  // Writes the file and gives it its name. UNKNOWN with the system's reason
  // where that fails.
  absl::Status Write(const std::string& content);

 private:
  std::string partial_path() const { return path_ + ".partial"; }

  const std::string path_;
  std::ofstream file_;
};

}  // namespace clip::client

#endif  // CLIENT_CLI_REPORT_FILE_H_
