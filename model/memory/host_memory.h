#ifndef MODEL_MEMORY_HOST_MEMORY_H_
#define MODEL_MEMORY_HOST_MEMORY_H_

namespace clip::model {

// From now on LibTorch's large tensors on the CPU use each other's memory
// again; BlockCache says how. Once, before any other thread uses LibTorch.
void ReuseHostMemory();

// Gives memory that nothing uses back to the system, such as after weights have
// been packed. Thread-safe.
void ReleaseFreeHostMemory();

}  // namespace clip::model

#endif  // MODEL_MEMORY_HOST_MEMORY_H_
