#ifndef TESTS_CLIENT_GATE_H_
#define TESTS_CLIENT_GATE_H_

#include <future>
#include <memory>

namespace clip::client {

// Holds threads back until it is opened, once. Thread-safe.
class Gate {
 public:
  // Touches nothing of this object once a waiter may go on and destroy it.
  void Open() {
    const std::shared_ptr<std::promise<void>> opened = opened_;
    opened->set_value();
  }
  void Wait() const { is_open_.wait(); }

 private:
  const std::shared_ptr<std::promise<void>> opened_ =
      std::make_shared<std::promise<void>>();
  const std::shared_future<void> is_open_ = opened_->get_future().share();
};

}  // namespace clip::client

#endif  // TESTS_CLIENT_GATE_H_
