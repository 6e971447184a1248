#ifndef MODEL_GENERATE_CAPTIONS_H_
#define MODEL_GENERATE_CAPTIONS_H_

#include <ATen/core/TensorBody.h>

#include "model/caption_options.h"
#include "model/coca.h"

namespace clip::model {

// open_clip's CoCa.generate: captions of pictures. Runs in evaluation mode,
// without gradients, and gives the mode back as it was.
//
// `pixels` is [N, 3, H, W]. `prompts` is [N, P] int64 token ids that the
// captions begin with, or undefined for the start of text alone. The result is
// [N, length] int64 on the CPU: prompt, caption, end of text, filling.
//
// Sampling draws from LibTorch's default generator. Throws c10::Error for
// options out of range (seq_len must exceed min_seq_len and P) and as LibTorch
// does. Not safe beside another use of the model, whose mode it changes.
at::Tensor GenerateCaptions(CoCa& model, const at::Tensor& pixels,
                            const at::Tensor& prompts,
                            const CaptionOptions& options);

}  // namespace clip::model

#endif  // MODEL_GENERATE_CAPTIONS_H_
