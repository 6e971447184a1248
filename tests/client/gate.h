#ifndef TESTS_CLIENT_GATE_H_
#define TESTS_CLIENT_GATE_H_

#include <future>

namespace clip::client {

// Holds threads back until it is opened, once. Thread-safe.
class Gate {
 public:
  void Open() { opened_.set_value(); }
  void Wait() const { is_open_.wait(); }

 private:
  std::promise<void> opened_;
  std::shared_future<void> is_open_ = opened_.get_future().share();
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_GATE_H_
