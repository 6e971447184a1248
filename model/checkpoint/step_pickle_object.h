#ifndef MODEL_CHECKPOINT_STEP_PICKLE_OBJECT_H_
#define MODEL_CHECKPOINT_STEP_PICKLE_OBJECT_H_

#include "absl/status/status.h"
#include "model/checkpoint/pickle_opcode.h"
#include "model/checkpoint/pickle_source.h"
#include "model/checkpoint/pickle_stack.h"

namespace clip::model {

// Pushes what Python would have by an import or a call: one of the names that
// weights need (see PickleGlobal), a storage, a tensor, an empty dict or
// module; or gives an object its state. Executes nothing. `allow_modules` is
// that of PickleOptions.
//
// Errors: INVALID_ARGUMENT for an import that is not allowed, by name, for a
// call of anything else, and for every opcode that is not for objects; those of
// source, stack and RebuildTensor.
absl::Status StepPickleObject(PickleOpcode opcode, bool allow_modules,
                              PickleSource& source, PickleStack& stack);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_STEP_PICKLE_OBJECT_H_
