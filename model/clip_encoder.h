#ifndef MODEL_CLIP_ENCODER_H_
#define MODEL_CLIP_ENCODER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/checkpoint/state_dict.h"
#include "model/config/hub_config.h"
#include "model/encoder.h"

namespace clip::model {

struct ClipEncoderOptions {
  // "auto" (a GPU where one can be used, else the CPU), "cpu" or "cuda:N".
  std::string device = "auto";
  // "float32", "bfloat16" or "float16": open_clip's precision modes fp32, bf16
  // and fp16. "int8", on CPUs with AVX-512 VNNI: linear layers multiply in 8
  // bits, and the rest in bfloat16 where the CPU has it, else in float32.
  std::string dtype = "float32";
  // Threads of one forward pass on the CPU; 0 = LibTorch's default, but at
  // most UsableCores(). The setting is the process's, not this encoder's.
  int compute_threads = 0;
  // True: small batches run by CUDA graphs (see ForwardGraphs), which saves the
  // host the time of starting kernels and takes device memory for each graph.
  bool cuda_graphs = false;
  // True: what LibTorch does in several kernels runs in one, see CudaKernels:
  // for bfloat16 and float16.
  bool cuda_kernels = false;
};

// An Encoder over the CLIP module. No tensor appears in this header.
//
// Thread-safe; calls from several threads run side by side and share the
// machine's cores. A row of the result that is not finite (from absurd pixel
// values) is returned as it is: rows do not influence each other, and the
// caller knows whose row it is.
class ClipEncoder : public Encoder {
 public:
  // Copies the weights; `state_dict` is not needed afterwards.
  //
  // Errors: INVALID_ARGUMENT for an unknown device or dtype, for weights that
  // do not fit, and for int8 where the device has none or where it moves the
  // embeddings of this model too far (see PrecisionCheck); UNAVAILABLE for a
  // GPU, graphs or kernels that are not there; RESOURCE_EXHAUSTED where the
  // model does not fit into memory.
  static absl::StatusOr<std::unique_ptr<ClipEncoder>> Create(
      const HubConfig& config, const StateDict& state_dict,
      const ClipEncoderOptions& options);

  ~ClipEncoder() override;

  const ModelInfo& info() const override { return info_; }
  absl::StatusOr<EmbeddingRows> EncodeImage(
      absl::Span<const absl::Span<const float>> rows) override;
  absl::StatusOr<EmbeddingRows> EncodeText(
      absl::Span<const absl::Span<const int32_t>> rows) override;
  int TextLength(absl::Span<const int32_t> row) const override;
  std::vector<int> TextPositions(
      absl::Span<const absl::Span<const int32_t>> rows) const override;

 private:
  class Runner;

  ClipEncoder(const HubConfig& config, ModelInfo info,
              std::unique_ptr<Runner> runner);

  const HubConfig config_;
  const ModelInfo info_;
  const std::unique_ptr<Runner> runner_;
};

}  // namespace clip::model

#endif  // MODEL_CLIP_ENCODER_H_
