#include "model/train/cli/launch_processes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "model/base/usable_cores.h"
#include "model/train/cli/torchrun_environment.h"

namespace clip::model {
namespace {

// clip_finetune's exit code for flags, model or data that are wrong.
constexpr int kWrongInput = 2;

// A listening socket of a free port of the loopback interface, kept open so
// that nobody else gets the port.
struct Listener {
  int fd = -1;
  int port = 0;
};

Listener Listen(int processes) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof(address);
  Listener listener;
  listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener.fd < 0 || bind(listener.fd, any, length) != 0 ||
      listen(listener.fd, processes) != 0 ||
      getsockname(listener.fd, any, &length) != 0) {
    return {};
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

std::vector<std::string> EnvironmentOf(int rank, int processes,
                                       const Listener& listener) {
  std::vector<std::string> environment = {
      absl::StrCat("RANK=", rank),
      absl::StrCat("LOCAL_RANK=", rank),
      absl::StrCat("WORLD_SIZE=", processes),
      "MASTER_ADDR=127.0.0.1",
      absl::StrCat("MASTER_PORT=", listener.port),
      "TORCHELASTIC_USE_AGENT_STORE=False"};
  if (rank == 0) {
    environment.push_back(absl::StrCat(kListenFdVariable, "=", listener.fd));
  }
  if (getenv("OMP_NUM_THREADS") == nullptr) {
    environment.push_back(absl::StrCat("OMP_NUM_THREADS=",
                                       std::max(UsableCores() / processes, 1)));
  }
  const std::vector<std::string> own = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('=') + 1);
    // A stray one must not win over ours.
    if (std::none_of(own.begin(), own.end(), [&](const std::string& set) {
          return absl::StartsWith(set, name);
        })) {
      environment.push_back(text);
    }
  }
  return environment;
}

// For execve, which changes none of them.
std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

// The process's id; -1 where it cannot be made.
pid_t Start(const LaunchOptions& options, int rank, const Listener& listener) {
  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.begin(), "clip_finetune");
  const std::vector<std::string> environment =
      EnvironmentOf(rank, options.processes, listener);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  if (rank == 0) fcntl(listener.fd, F_SETFD, 0);
  execve(options.program.c_str(), argv.data(), envp.data());
  _exit(127);
}

using Ranks = std::map<pid_t, int>;

void KillAll(const Ranks& running) {
  for (const auto& [pid, rank] : running) kill(pid, SIGKILL);
}

// How the process ended, as an exit code; says so where it failed.
int Judge(int rank, int status, std::ostream& err) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    if (code != 0) {
      err << "clip_finetune: error: the process of rank " << rank
          << " ended with exit code " << code << "\n";
    }
    return code;
  }
  err << "clip_finetune: error: the process of rank " << rank
      << " was killed by signal " << WTERMSIG(status) << "\n";
  return 1;
}

// What the whole ends with after one more process ended with `code`. Those
// that only noticed that another is gone end with 1, maybe before it does.
int Join(int result, int code) {
  if (code == kWrongInput || result == 0) return code;
  return result;
}

int WaitForAll(Ranks running, absl::Duration grace, std::ostream& err) {
  int result = 0;
  bool killed = false;
  absl::Time deadline = absl::InfiniteFuture();
  while (!running.empty()) {
    if (!killed && absl::Now() > deadline) {
      KillAll(running);
      killed = true;
    }
    int status = 0;
    const bool may_block = killed || result == 0;
    const pid_t pid = waitpid(-1, &status, may_block ? 0 : WNOHANG);
    if (pid == 0) absl::SleepFor(absl::Milliseconds(20));
    const auto ended = running.find(pid);
    if (ended == running.end()) continue;
    if (!killed) result = Join(result, Judge(ended->second, status, err));
    if (result != 0 && deadline == absl::InfiniteFuture()) {
      deadline = absl::Now() + grace;
    }
    running.erase(ended);
  }
  return result;
}

}  // namespace

int LaunchProcesses(const LaunchOptions& options, std::ostream& err) {
  const Listener listener = Listen(options.processes);
  if (listener.fd < 0) {
    err << "clip_finetune: error: no port of 127.0.0.1 can be opened: "
        << std::strerror(errno) << "\n";
    return 1;
  }
  // Whatever started this one may not care for its children.
  signal(SIGCHLD, SIG_DFL);
  Ranks running;
  for (int rank = 0; rank < options.processes; ++rank) {
    const pid_t pid = Start(options, rank, listener);
    if (pid > 0) {
      running[pid] = rank;
      continue;
    }
    err << "clip_finetune: error: no process can be started: "
        << std::strerror(errno) << "\n";
    KillAll(running);
    break;
  }
  close(listener.fd);
  const int result = WaitForAll(running, options.grace, err);
  return static_cast<int>(running.size()) == options.processes ? result : 1;
}

}  // namespace clip::model
