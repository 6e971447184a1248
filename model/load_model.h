#ifndef MODEL_LOAD_MODEL_H_
#define MODEL_LOAD_MODEL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/encoder.h"
#include "model/image/decode_options.h"
#include "model/image/image_limits.h"
#include "model/image/image_preprocessor.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::model {

struct LoadModelOptions {
  // An open_clip hub folder: open_clip_config.json and weights. Or a file of
  // weights: one that OpenAI published, or one with a config beside it (see
  // LoadPretrained).
  std::string directory;
  // "auto" (the first GPU where one can be used, else the CPU), "cpu" or
  // "cuda:N"; or several, separated by commas, for a copy of the model on each.
  // The CPU may be named several times: batches then share the one copy, and
  // its cores are shared out to them.
  std::string device = "auto";
  // "float32", "bfloat16" or "float16": open_clip's precision modes fp32, bf16
  // and fp16; on CPUs with AVX-512 VNNI also "int8". Lower precision is quicker
  // and moves each embedding a little.
  std::string dtype = "float32";
  // Pixels of both sides; 0 = the config's. More give finer pictures and take
  // time with at least the square; the position embeddings are resized.
  int image_size = 0;
  // True: the moving average that a training checkpoint holds.
  bool use_ema = false;
  // A row's embedding does not depend on the rows beside it, to the bit; see
  // BatchInvariantEncoder. Costs what batches gain.
  bool batch_invariant = false;
  // Small batches run by CUDA graphs: quicker, for more device memory. Only on
  // a GPU, and where libclip_cuda_graph.so was built.
  bool cuda_graphs = false;
  // Kernels of our own in place of several of LibTorch's, in bfloat16 and
  // float16. Only on a GPU, and where libclip_cuda_kernels.so was built.
  bool cuda_kernels = false;
  ImageLimits image_limits;
  DecodeOptions image_decoding;
  // Threads of one forward pass on the CPU; 0 = one per core (UsableCores),
  // shared out where the CPU is named several times. More shorten a batch until
  // the cores are used up.
  int compute_threads = 0;
};

// A model with everything that turns a caller's input into its rows. Each part
// is thread-safe.
struct LoadedModel {
  std::shared_ptr<Encoder> encoder;
  // For each further device a copy that differs in info().device only; on the
  // CPU the same encoder.
  std::vector<std::shared_ptr<Encoder>> replicas;
  // Null where the folder asks for a tokenizer that is not supported; such a
  // model takes token ids only, and `tokenizer_unavailable` says why.
  std::unique_ptr<Tokenizer> tokenizer;
  std::string tokenizer_unavailable;
  std::unique_ptr<ImagePreprocessor> image_preprocessor;
};

// Loads a model. Reads every weight, once for each GPU; takes seconds for a
// large model.
//
// Errors, each one line that names the file and what is wrong: NOT_FOUND for a
// missing folder or file; INVALID_ARGUMENT for a config or checkpoint that is
// malformed, does not match or is not supported, and for an unknown device or
// dtype; UNAVAILABLE for a GPU, graphs or kernels that are not there.
absl::StatusOr<LoadedModel> LoadModel(const LoadModelOptions& options);

}  // namespace clip::model

#endif  // MODEL_LOAD_MODEL_H_
