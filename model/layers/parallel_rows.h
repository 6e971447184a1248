#ifndef MODEL_LAYERS_PARALLEL_ROWS_H_
#define MODEL_LAYERS_PARALLEL_ROWS_H_

#include <cstdint>
#include <functional>

namespace clip::model {

// Calls function(begin, end) for parts of `rows` rows side by side, on
// LibTorch's own threads, and returns when all are done. `values` is the work a
// row, in elements of a cheap operator: little work stays on this thread.
void ParallelRows(int64_t rows, int64_t values,
                  const std::function<void(int64_t, int64_t)>& function);

}  // namespace clip::model

#endif  // MODEL_LAYERS_PARALLEL_ROWS_H_
