#include "client/cli/interrupt_watch.h"

#include <csignal>

namespace clip::client {
namespace {

volatile std::sig_atomic_t signal_came = 0;

void NoteSignal(int number) {
  signal_came = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  signal_came = 0;
  std::signal(SIGINT, NoteSignal);
  std::signal(SIGTERM, NoteSignal);
}

InterruptWatch::~InterruptWatch() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool InterruptWatch::interrupted() const { return signal_came != 0; }

}  // namespace clip::client
