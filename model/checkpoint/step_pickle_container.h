#ifndef MODEL_CHECKPOINT_STEP_PICKLE_CONTAINER_H_
#define MODEL_CHECKPOINT_STEP_PICKLE_CONTAINER_H_

#include "absl/status/status.h"
#include "model/checkpoint/pickle_opcode.h"
#include "model/checkpoint/pickle_stack.h"

namespace clip::model {

// Sets a mark, makes a tuple of what lies on the stack, pushes an empty list or
// dict, or adds to one, whichever `opcode` is for; it must be for one of these.
// Errors: INVALID_ARGUMENT for items that are added to what takes none and for
// a key without a value, and those of the stack.
absl::Status StepPickleContainer(PickleOpcode opcode, PickleStack& stack);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_STEP_PICKLE_CONTAINER_H_
