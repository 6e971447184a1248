#include "model/clip_encoder.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/TensorBody.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/base/usable_cores.h"
#include "model/checkpoint/fit_state_dict.h"
#include "model/checkpoint/load_weights.h"
#include "model/contrastive_model.h"
#include "model/create_model.h"
#include "model/device_graph.h"
#include "model/device_work.h"
#include "model/forward_graphs.h"
#include "model/layers/cpu_features.h"
#include "model/layers/inference_layer.h"
#include "model/layers/parallel_rows.h"
#include "model/load_device_graphs.h"
#include "model/load_device_kernels.h"
#include "model/memory/host_memory.h"
#include "model/precision_check.h"
#include "model/select_device.h"
#include "model/staged_batches.h"
#include "model/text_batch.h"
#include "model/towers/text_tree.h"

namespace clip::model {
namespace {

constexpr const char* kInt8 = "int8";

// What multiplies between the linear layers of an int8 model.
c10::ScalarType Int8Companion() {
  return HasBfloat16Instructions() ? c10::kBFloat16 : c10::kFloat;
}

absl::StatusOr<c10::ScalarType> ParseDtype(const std::string& name) {
  if (name == "float32") return c10::kFloat;
  if (name == "bfloat16") return c10::kBFloat16;
  if (name == "float16") return c10::kHalf;
  if (name == kInt8) return Int8Companion();
  return absl::InvalidArgumentError(absl::StrCat(
      "dtype must be float32, bfloat16, float16 or int8, not ", name));
}

absl::Status CheckInt8Device(const c10::Device& device) {
  if (!device.is_cpu()) {
    return absl::InvalidArgumentError(
        absl::StrCat("dtype int8 runs on the cpu only, not on ", device.str()));
  }
  if (!HasInt8Instructions()) {
    return absl::InvalidArgumentError(
        "dtype int8 needs a processor with AVX-512 VNNI");
  }
  return absl::OkStatus();
}

absl::StatusOr<ParameterOptions> ParseOptions(
    const ClipEncoderOptions& options) {
  ParameterOptions parameters;
  CLIP_ASSIGN_OR_RETURN(parameters.matrix_dtype, ParseDtype(options.dtype));
  CLIP_ASSIGN_OR_RETURN(parameters.device, SelectDevice(options.device));
  if (options.dtype == kInt8) {
    CLIP_RETURN_IF_ERROR(CheckInt8Device(parameters.device));
  }
  return parameters;
}

absl::StatusOr<std::shared_ptr<ContrastiveModel>> LoadModule(
    const HubConfig& config, const StateDict& state_dict,
    const ParameterOptions& parameters) {
  CLIP_ASSIGN_OR_RETURN(auto module, CreateModel(config.model, parameters));
  absl::Status loaded;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    const auto fitted = FitStateDict(
        state_dict, *module,
        {config.model.vision.image_height, config.model.vision.image_width});
    loaded = fitted.ok() ? LoadWeights(*fitted, *module) : fitted.status();
    module->eval();
  }));
  CLIP_RETURN_IF_ERROR(loaded);
  return module;
}

// A module that multiplies in 8 bits and was compared with float32.
absl::StatusOr<std::shared_ptr<ContrastiveModel>> LoadInt8Module(
    const HubConfig& config, const StateDict& state_dict,
    const ParameterOptions& parameters) {
  std::unique_ptr<PrecisionCheck> check;
  {
    // One of the two models at a time.
    CLIP_ASSIGN_OR_RETURN(const auto reference,
                          LoadModule(config, state_dict, ParameterOptions()));
    CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
      check = std::make_unique<PrecisionCheck>(config.model, *reference);
    }));
  }
  CLIP_ASSIGN_OR_RETURN(auto module,
                        LoadModule(config, state_dict, parameters));
  absl::Status near;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    InferenceOptions inference;
    inference.int8 = true;
    PrepareForInference(*module, inference);
    near = check->Compare(*module, parameters.matrix_dtype);
  }));
  CLIP_RETURN_IF_ERROR(near);
  return module;
}

// More threads than usable cores wait for each other's turn.
void SetComputeThreads(int threads) {
  if (threads > 0) return at::set_num_threads(threads);
  const int cores = UsableCores();
  if (cores < at::get_num_threads()) at::set_num_threads(cores);
}

// LibTorch lets cuDNN round the factors of float32 convolutions to 10 bits.
void KeepFloat32Exact(const c10::Device& device) {
  if (device.is_cuda()) at::globalContext().setAllowTF32CuDNN(false);
}

absl::StatusOr<std::shared_ptr<ContrastiveModel>> LoadPreparedModule(
    const HubConfig& config, const StateDict& state_dict,
    const ParameterOptions& parameters, const InferenceOptions& inference) {
  CLIP_ASSIGN_OR_RETURN(auto module,
                        LoadModule(config, state_dict, parameters));
  CLIP_RETURN_IF_ERROR(
      CatchTorchErrors([&] { PrepareForInference(*module, inference); }));
  return module;
}

// Threads that gather a batch for a GPU: enough for the memory's speed, and few
// beside the pool that decodes.
constexpr int64_t kGatherThreads = 4;

// Copies rows of pictures into `staging` [N, 3, H, W], in its type.
void GatherPixels(absl::Span<const absl::Span<const float>> rows,
                  int64_t threads, const at::Tensor& staging) {
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t parts = std::min(count, threads);
  ParallelRows(parts, staging.numel() / parts, [&](int64_t begin, int64_t end) {
    // LibTorch keeps it per thread.
    const c10::InferenceMode inference;
    for (int64_t i = begin * count / parts; i < end * count / parts; ++i) {
      const at::Tensor target = staging.select(0, i);
      // Only read from.
      auto* const values = const_cast<float*>(rows[i].data());
      target.copy_(at::from_blob(values, target.sizes(), c10::kFloat));
    }
  });
}

absl::Status CheckTextRow(const ModelInfo& info, size_t index,
                          absl::Span<const int32_t> row) {
  if (row.size() != static_cast<size_t>(info.context_length)) {
    return absl::InvalidArgumentError(
        absl::StrCat("row ", index, " has ", row.size(), " token ids, not ",
                     info.context_length));
  }
  for (const int32_t id : row) {
    if (id < 0 || id >= info.vocab_size) {
      return absl::InvalidArgumentError(
          absl::StrCat("row ", index, " has the token id ", id,
                       ", which is not below ", info.vocab_size));
    }
  }
  return absl::OkStatus();
}

}  // namespace

// The part that knows LibTorch: a module on its device.
class ClipEncoder::Runner {
 public:
  Runner(std::shared_ptr<ContrastiveModel> module,
         const ParameterOptions& options, MakeDeviceGraph make_graph)
      : options_(options),
        module_(std::move(module)),
        graphs_(std::move(make_graph)),
        batches_(MakeDeviceWork(options.device)) {}

  ContrastiveModel& module() { return *module_; }

  EmbeddingRows EncodeImage(absl::Span<const absl::Span<const float>> rows,
                            int64_t height, int64_t width) {
    // LibTorch keeps both settings per thread.
    const c10::InferenceMode inference;
    at::init_num_threads();
    const int64_t threads =
        options_.device.is_cpu() ? at::get_num_threads() : kGatherThreads;
    StagedBatch batch;
    batch.sizes = {static_cast<int64_t>(rows.size()), 3, height, width};
    batch.dtype = options_.matrix_dtype;
    batch.fill = [&](const at::Tensor& staging) {
      GatherPixels(rows, threads, staging);
    };
    batch.compute = [this](const at::Tensor& pixels) {
      return graphs_.Run(pixels, [this](const at::Tensor& input) {
        return module_->EncodeImage(input);
      });
    };
    return batches_.Run(batch);
  }

  EmbeddingRows EncodeText(absl::Span<const absl::Span<const int32_t>> rows,
                           int64_t length) {
    const c10::InferenceMode inference;
    at::init_num_threads();
    StagedBatch batch;
    batch.sizes = {static_cast<int64_t>(rows.size()), length};
    batch.dtype = c10::kLong;
    batch.fill = [&](const at::Tensor& staging) {
      auto* target = staging.mutable_data_ptr<int64_t>();
      for (const auto& row : rows) {
        target = std::copy_n(row.begin(), length, target);
      }
    };
    batch.compute = [this](const at::Tensor& ids) {
      return graphs_.Run(ids, [this](const at::Tensor& input) {
        return module_->EncodeText(input);
      });
    };
    return batches_.Run(batch);
  }

 private:
  const ParameterOptions options_;
  const std::shared_ptr<ContrastiveModel> module_;
  // Used by one batch at a time, as StagedBatches computes them on a GPU; on
  // the CPU there are none.
  ForwardGraphs graphs_;
  StagedBatches batches_;
};

absl::StatusOr<std::unique_ptr<ClipEncoder>> ClipEncoder::Create(
    const HubConfig& config, const StateDict& state_dict,
    const ClipEncoderOptions& options) {
  CLIP_ASSIGN_OR_RETURN(const ParameterOptions parameters,
                        ParseOptions(options));
  SetComputeThreads(options.compute_threads);
  KeepFloat32Exact(parameters.device);
  MakeDeviceGraph make_graph;
  if (options.cuda_graphs) {
    CLIP_ASSIGN_OR_RETURN(make_graph, LoadDeviceGraphs(parameters.device));
  }
  InferenceOptions inference;
  if (options.cuda_kernels) {
    CLIP_ASSIGN_OR_RETURN(inference.kernels,
                          LoadDeviceKernels(parameters.device));
  }
  CLIP_ASSIGN_OR_RETURN(
      auto module,
      options.dtype == kInt8
          ? LoadInt8Module(config, state_dict, parameters)
          : LoadPreparedModule(config, state_dict, parameters, inference));
  std::unique_ptr<Runner> runner;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    runner = std::make_unique<Runner>(std::move(module), parameters,
                                      std::move(make_graph));
  }));
  // Packing freed each weight that it had copied, and int8 a whole model.
  ReleaseFreeHostMemory();

  ModelInfo info;
  info.architecture = runner->module().architecture();
  info.embed_dim = config.model.embed_dim;
  info.context_length = static_cast<int>(runner->module().context_length());
  info.vocab_size = static_cast<int>(runner->module().vocab_size());
  // As TextTransformer packs them.
  info.pads_texts = !parameters.device.is_cpu() ||
                    !SeesNothingBehindPooled(config.model.text);
  info.end_id = config.model.text.pool == TextPool::kEos
                    ? config.model.text.eos_id
                    : info.vocab_size - 1;
  info.preprocess = config.preprocess;
  info.dtype = options.dtype;
  info.device = parameters.device.str();
  info.checkpoint_sha256 = state_dict.sha256();
  CLIP_RETURN_IF_ERROR(CatchTorchErrors([&] {
    info.logit_scale = std::exp(runner->module().logit_scale().item<float>());
    const at::Tensor& bias = runner->module().logit_bias();
    if (bias.defined()) info.logit_bias = bias.item<float>();
  }));
  return std::unique_ptr<ClipEncoder>(
      new ClipEncoder(config, std::move(info), std::move(runner)));
}

ClipEncoder::ClipEncoder(const HubConfig& config, ModelInfo info,
                         std::unique_ptr<Runner> runner)
    : config_(config), info_(std::move(info)), runner_(std::move(runner)) {}

ClipEncoder::~ClipEncoder() = default;

absl::StatusOr<EmbeddingRows> ClipEncoder::EncodeImage(
    absl::Span<const absl::Span<const float>> rows) {
  const int height = info_.preprocess.image_height;
  const int width = info_.preprocess.image_width;
  const size_t row_size = size_t{3} * height * width;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() == row_size) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "row ", i, " has ", rows[i].size(), " values, not ", row_size));
  }
  EmbeddingRows embeddings;
  if (rows.empty()) return embeddings;
  CLIP_RETURN_IF_ERROR(CatchTorchErrors(
      [&] { embeddings = runner_->EncodeImage(rows, height, width); }));
  return embeddings;
}

absl::StatusOr<EmbeddingRows> ClipEncoder::EncodeText(
    absl::Span<const absl::Span<const int32_t>> rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    CLIP_RETURN_IF_ERROR(CheckTextRow(info_, i, rows[i]));
  }
  EmbeddingRows embeddings;
  if (rows.empty()) return embeddings;
  const int length = TextBatchLength(config_.model.text, rows);
  CLIP_RETURN_IF_ERROR(CatchTorchErrors(
      [&] { embeddings = runner_->EncodeText(rows, length); }));
  return embeddings;
}

int ClipEncoder::TextLength(absl::Span<const int32_t> row) const {
  if (!info_.pads_texts) return PooledPosition(config_.model.text, row) + 1;
  return TextBatchLength(config_.model.text, {row});
}

std::vector<int> ClipEncoder::TextPositions(
    absl::Span<const absl::Span<const int32_t>> rows) const {
  if (info_.pads_texts) return Encoder::TextPositions(rows);
  TextTree tree;
  std::vector<int> positions;
  positions.reserve(rows.size());
  for (const auto& row : rows) {
    positions.push_back(
        static_cast<int>(tree.Add(row.data(), TextLength(row))));
  }
  return positions;
}

}  // namespace clip::model
