#ifndef MODEL_CHECKPOINT_STEP_PICKLE_CONSTANT_H_
#define MODEL_CHECKPOINT_STEP_PICKLE_CONSTANT_H_

#include "absl/status/status.h"
#include "model/checkpoint/pickle_opcode.h"
#include "model/checkpoint/pickle_source.h"
#include "model/checkpoint/pickle_stack.h"

namespace clip::model {

// Pushes a None, bool, number, string or bytes, whichever `opcode` is for, with
// its argument from `source`; `opcode` must be for one of these. Texts borrow
// the pickle's bytes. Errors: INVALID_ARGUMENT for a number of more than 64
// bits, and those of source and stack.
absl::Status StepPickleConstant(PickleOpcode opcode, PickleSource& source,
                                PickleStack& stack);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_STEP_PICKLE_CONSTANT_H_
