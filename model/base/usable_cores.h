#ifndef MODEL_BASE_USABLE_CORES_H_
#define MODEL_BASE_USABLE_CORES_H_

namespace clip::model {

// How many cores this process can keep busy: those it may run on, and no more
// than its CPU quota, rounded down. At least 1. Threads beyond that would be
// stopped in turn while the others wait for them. Thread-safe.
int UsableCores();

}  // namespace clip::model

#endif  // MODEL_BASE_USABLE_CORES_H_
