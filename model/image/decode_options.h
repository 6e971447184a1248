#ifndef MODEL_IMAGE_DECODE_OPTIONS_H_
#define MODEL_IMAGE_DECODE_OPTIONS_H_

namespace clip::model {

// How pictures may be decoded. A plain value.
struct DecodeOptions {
  // True: a JPEG of which both sides are at least four times as long as the
  // model needs is decoded at 1/2, 1/4 or 1/8, the smallest that leaves twice
  // the length, and resized from there. Saves a quarter of the time, but the
  // row is no longer that of open_clip to the bit: server/README.md says by
  // how much. A picture that is resized along y first is decoded as a whole
  // all the same.
  bool jpeg_scaled_decode = false;
};

}  // namespace clip::model

#endif  // MODEL_IMAGE_DECODE_OPTIONS_H_
