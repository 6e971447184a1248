#ifndef TESTS_CLIENT_CLI_COMMAND_FIXTURE_H_
#define TESTS_CLIENT_CLI_COMMAND_FIXTURE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/command_line.h"
#include "tests/client/fake_clip_server.h"
#include "tests/testing/temp_folder.h"

namespace clip::client {

// clip_client as a user meets it: a command line, a fake server, a folder for
// files, and what is printed.
class CommandFixture : public ::testing::Test {
 protected:
  // The exit code; out_ and err_ are what this command prints.
  int RunAsIs(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    return RunCommandLine(std::move(arguments), console_);
  }

  // Of a file in the folder.
  std::string PathOf(const std::string& name) const {
    return (std::filesystem::path(folder_.path()) / name).string();
  }

  FakeClipServer server_;
  testing::TempFolder folder_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{in_, out_, err_};
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_CLI_COMMAND_FIXTURE_H_
