// What LibTorch's ProcessGroupGloo.hpp names of gloo. LibTorch's libraries
// contain gloo but its packages have none of gloo's headers, and those of
// another version could differ in layout. The types are only pointed at: no
// object or table of virtual functions of theirs is made from these lines.
#ifndef MODEL_TRAIN_GLOO_DECLARATIONS_GLOO_CONTEXT_H_
#define MODEL_TRAIN_GLOO_DECLARATIONS_GLOO_CONTEXT_H_

#include <chrono>

namespace gloo {
namespace transport {
class Device;
class UnboundBuffer;
}  // namespace transport

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo

#endif  // MODEL_TRAIN_GLOO_DECLARATIONS_GLOO_CONTEXT_H_
