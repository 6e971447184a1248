#ifndef MODEL_TRAIN_AUTOCAST_H_
#define MODEL_TRAIN_AUTOCAST_H_

#include <ATen/autocast_mode.h>

namespace clip::model {

// torch.autocast to bfloat16 on one kind of device and this thread, while this
// object lives. Does nothing where it is not enabled.
class Autocast {
 public:
  Autocast(c10::DeviceType device, bool enabled)
      : device_(device),
        before_(at::autocast::is_autocast_enabled(device)),
        dtype_before_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_enabled(device_, enabled);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    // Weights that were cast must not outlive the step that changes them.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, before_);
    at::autocast::set_autocast_dtype(device_, dtype_before_);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  const c10::DeviceType device_;
  const bool before_;
  const at::ScalarType dtype_before_;
};

}  // namespace clip::model

#endif  // MODEL_TRAIN_AUTOCAST_H_
