#ifndef MODEL_IMAGE_ROW_SINK_H_
#define MODEL_IMAGE_ROW_SINK_H_

#include <cstdint>

namespace clip::model {

// Where a decoder writes a picture's rows, some at a time and from the top. Not
// thread-safe.
class RowSink {
 public:
  // Rows that a decoder asks for at most before it hands them over.
  static constexpr int64_t kRowsAtOnce = 8;

  virtual ~RowSink() = default;

  // Memory for row `y`, which the decoder fills.
  virtual uint8_t* Row(int64_t y) = 0;

  // Rows first..first+count-1 are there; their memory may be given out again.
  virtual void RowsWritten(int64_t first, int64_t count) = 0;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_ROW_SINK_H_
