#ifndef SERVER_BATCHING_BATCH_WORK_H_
#define SERVER_BATCHING_BATCH_WORK_H_

#include <cstdint>

namespace clip::batching {

// How much a batch is to compute. A plain value.
struct BatchWork {
  int rows = 0;
  // Places that the model reads, in all rows: of texts each row counts its own,
  // or as many as the longest one of its batch where shorter ones are padded; a
  // picture counts one. Before a batch has run, what two texts have in common
  // counts for both.
  int64_t positions = 0;
};

}  // namespace clip::batching

#endif  // SERVER_BATCHING_BATCH_WORK_H_
