// How many pictures a second a model embeds on a GPU, and how long one takes.
//
//   gpu_benchmark --config ViT-B-32 --folder /tmp/ViT-B-32 --dtype bfloat16
//
// The folder is filled with random weights where it is empty. Measured, each as
// the median of the rounds with the least and the largest:
//
//   product   the device's own peak: one large product of matrices
//   model     pictures that lie on the device; nothing is copied
//   graphs    the same by CUDA graphs, where they were built
//             both once more by own kernels, where those were built
//   encoder   rows of the host, through Encoder: gathered, copied, computed,
//             copied back; one thread, and two that overlap; by graphs and own
//             kernels, where they were built
//   latency   one picture after the other through Encoder
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/load_pretrained.h"
#include "model/checkpoint/load_weights.h"
#include "model/create_model.h"
#include "model/device_work.h"
#include "model/forward_graphs.h"
#include "model/layers/inference_layer.h"
#include "model/load_device_graphs.h"
#include "model/load_device_kernels.h"
#include "model/load_model.h"
#include "model/select_device.h"
#include "model/similarity.h"
#include "tests/gpu/random_model.h"

namespace clip::model {
namespace {

struct Options {
  std::string config = "ViT-B-32";
  std::string folder;
  std::string device = "cuda:0";
  std::string dtype = "bfloat16";
  std::vector<int> batches = {1, 8, 32, 128, 256};
  int rounds = 7;
  double seconds = 0.5;
};

double SecondsOf(const std::function<void()>& work) {
  const absl::Time start = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - start);
}

// Runs `work(times)`, which does its thing so many times, long enough to be
// measured, in rounds; prints what that makes of `amount` a time.
void Measure(const Options& options, const std::string& title, double amount,
             const char* unit, const std::function<void(int)>& work) {
  work(1);
  const double once = std::max(1e-6, SecondsOf([&] { work(3); }) / 3);
  const int times = std::max(1, static_cast<int>(options.seconds / once));
  std::vector<double> rates;
  for (int round = 0; round < options.rounds; ++round) {
    rates.push_back(amount * times / SecondsOf([&] { work(times); }));
  }
  std::sort(rates.begin(), rates.end());
  const double median = rates[rates.size() / 2];
  std::printf("%-28s %10.1f %s/s (%.1f to %.1f), %.3f ms\n", title.c_str(),
              median, unit, rates.front(), rates.back(), 1e3 * amount / median);
  std::fflush(stdout);
}

c10::ScalarType TypeOf(const std::string& dtype) {
  if (dtype == "bfloat16") return c10::kBFloat16;
  return dtype == "float16" ? c10::kHalf : c10::kFloat;
}

// What runs on the device: its queue, and when that is empty.
class Device {
 public:
  explicit Device(const c10::Device& device)
      : work_(MakeDeviceWork(device)), mark_(work_->MakeMark()) {}

  // `start`, so many times without a wait between.
  void Run(int times, const std::function<void()>& start) {
    constexpr auto kQueue = DeviceWork::Queue::kCompute;
    work_->Enqueue(kQueue, [&] {
      const c10::InferenceMode inference;
      for (int i = 0; i < times; ++i) start();
    });
    work_->Record(kQueue, *mark_);
    work_->Synchronize(*mark_);
  }

 private:
  const std::unique_ptr<DeviceWork> work_;
  const std::unique_ptr<DeviceWork::Mark> mark_;
};

void MeasureProduct(const Options& options, const c10::Device& gpu) {
  constexpr int64_t kSide = 8192;
  const at::Tensor a = at::randn({kSide, kSide}).to(gpu, TypeOf(options.dtype));
  Device device(gpu);
  Measure(options, "product 8192 " + options.dtype,
          2e-12 * kSide * kSide * kSide, "TFLOP",
          [&](int times) { device.Run(times, [&] { at::matmul(a, a); }); });
}

absl::StatusOr<std::shared_ptr<ContrastiveModel>> LoadOnDevice(
    const Options& options, const c10::Device& gpu, HubConfig& config) {
  CLIP_ASSIGN_OR_RETURN(
      const Pretrained pretrained,
      LoadPretrained(options.folder, LoadPretrainedOptions()));
  config = pretrained.config;
  ParameterOptions parameters;
  parameters.device = gpu;
  parameters.matrix_dtype = TypeOf(options.dtype);
  CLIP_ASSIGN_OR_RETURN(auto model, CreateModel(config.model, parameters));
  CLIP_RETURN_IF_ERROR(LoadWeights(pretrained.state_dict, *model));
  model->eval();
  return model;
}

// `kernels` may be null: LibTorch's alone.
absl::Status MeasureModel(const Options& options, const c10::Device& gpu,
                          std::shared_ptr<const DeviceKernels> kernels) {
  HubConfig config;
  CLIP_ASSIGN_OR_RETURN(const auto model, LoadOnDevice(options, gpu, config));
  const std::string by = kernels == nullptr ? "" : " by kernels";
  InferenceOptions inference;
  inference.kernels = std::move(kernels);
  PrepareForInference(*model, inference);
  Device device(gpu);
  const auto make = LoadDeviceGraphs(gpu);
  if (!make.ok()) std::printf("%s\n", make.status().ToString().c_str());
  ForwardGraphs graphs(make.ok() ? *make : nullptr);
  const auto forward = [&](const at::Tensor& x) {
    return model->EncodeImage(x);
  };
  for (const int batch : options.batches) {
    const at::Tensor pixels =
        at::randn({batch, 3, config.preprocess.image_height,
                   config.preprocess.image_width})
            .to(gpu, TypeOf(options.dtype));
    const std::string size = ", batch " + std::to_string(batch);
    Measure(options, absl::StrCat("model", by, size), batch, "images",
            [&](int times) { device.Run(times, [&] { forward(pixels); }); });
    if (!make.ok() || batch > ForwardGraphs::kMaxRows) continue;
    Measure(options, absl::StrCat("graphs", by, size), batch, "images",
            [&](int times) {
              device.Run(times, [&] { graphs.Run(pixels, forward); });
            });
  }
  return absl::OkStatus();
}

using Pictures = std::vector<std::vector<float>>;

Pictures RandomPictures(const ModelInfo& info, int64_t count) {
  const PreprocessConfig& size = info.preprocess;
  const at::Tensor noise =
      at::randn({count, 3, size.image_height, size.image_width});
  const int64_t width = noise.numel() / count;
  const float* values = noise.const_data_ptr<float>();
  Pictures pictures;
  for (int64_t i = 0; i < count; ++i) {
    pictures.emplace_back(values + i * width, values + (i + 1) * width);
  }
  return pictures;
}

absl::StatusOr<std::shared_ptr<Encoder>> LoadEncoder(const Options& options,
                                                     const std::string& device,
                                                     const std::string& dtype,
                                                     bool kernels) {
  LoadModelOptions load;
  load.directory = options.folder;
  load.device = device;
  load.dtype = dtype;
  load.cuda_graphs = load.cuda_kernels = kernels;
  CLIP_ASSIGN_OR_RETURN(LoadedModel model, LoadModel(load));
  return std::move(model.encoder);
}

void MeasureLatency(Encoder& encoder, const Pictures& pictures) {
  constexpr int kCalls = 500;
  std::vector<double> times;
  for (int i = 0; i < kCalls; ++i) {
    times.push_back(
        SecondsOf([&] { encoder.EncodeImage({pictures[0]}).value(); }));
  }
  std::sort(times.begin(), times.end());
  std::printf("latency of one picture       p50 %.3f ms, p99 %.3f ms\n",
              1e3 * times[kCalls / 2], 1e3 * times[kCalls * 99 / 100]);
}

// The encoder on the device against float32 on the CPU.
absl::Status CompareWithCpu(const Options& options, Encoder& encoder,
                            const Pictures& pictures) {
  CLIP_ASSIGN_OR_RETURN(const auto cpu,
                        LoadEncoder(options, "cpu", "float32", false));
  const std::vector<absl::Span<const float>> rows(pictures.begin(),
                                                  pictures.end());
  CLIP_ASSIGN_OR_RETURN(EmbeddingRows expected, cpu->EncodeImage(rows));
  CLIP_ASSIGN_OR_RETURN(EmbeddingRows got, encoder.EncodeImage(rows));
  const size_t width = encoder.info().embed_dim;
  std::vector<double> cosines;
  double worst = 0;
  for (size_t i = 0; i < got.size(); i += width) {
    NormalizeRow(absl::MakeSpan(expected).subspan(i, width));
    NormalizeRow(absl::MakeSpan(got).subspan(i, width));
    double cosine = 0;
    for (size_t j = i; j < i + width; ++j) {
      cosine += double{expected[j]} * got[j];
      worst = std::max(worst, std::abs(double{expected[j]} - got[j]));
    }
    cosines.push_back(cosine);
  }
  std::sort(cosines.begin(), cosines.end());
  std::printf(
      "against float32 on the CPU   median cosine %.6f, least %.6f, largest "
      "difference %.1e\n",
      cosines[cosines.size() / 2], cosines.front(), worst);
  return absl::OkStatus();
}

// With `kernels`, and then graphs as well: the quickest there is.
absl::Status MeasureEncoder(const Options& options, bool kernels) {
  CLIP_ASSIGN_OR_RETURN(
      const auto encoder,
      LoadEncoder(options, options.device, options.dtype, kernels));
  const Pictures pictures = RandomPictures(encoder->info(), 16);
  CLIP_RETURN_IF_ERROR(CompareWithCpu(options, *encoder, pictures));
  for (const int batch : options.batches) {
    std::vector<absl::Span<const float>> rows;
    for (int i = 0; i < batch; ++i) {
      rows.emplace_back(pictures[i % pictures.size()]);
    }
    const auto encode = [&](int times) {
      for (int i = 0; i < times; ++i) encoder->EncodeImage(rows).value();
    };
    const std::string size = ", batch " + std::to_string(batch);
    Measure(options, "encoder" + size, batch, "images", encode);
    Measure(options, "encoder, 2 threads" + size, 2 * batch, "images",
            [&](int times) {
              std::thread other(encode, times);
              encode(times);
              other.join();
            });
  }
  MeasureLatency(*encoder, pictures);
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  if (!std::filesystem::exists(options.folder + "/open_clip_config.json")) {
    CLIP_RETURN_IF_ERROR(WriteRandomModel(options.config, options.folder));
  }
  CLIP_ASSIGN_OR_RETURN(const c10::Device gpu, SelectDevice(options.device));
  MeasureProduct(options, gpu);
  CLIP_RETURN_IF_ERROR(MeasureModel(options, gpu, nullptr));
  const auto kernels = LoadDeviceKernels(gpu);
  if (!kernels.ok()) {
    std::printf("%s\n", kernels.status().ToString().c_str());
  } else {
    CLIP_RETURN_IF_ERROR(MeasureModel(options, gpu, *kernels));
  }
  return MeasureEncoder(options, kernels.ok());
}

}  // namespace
}  // namespace clip::model

int main(int argc, char** argv) {
  clip::model::Options options;
  CLI::App app("Measures a model on a GPU");
  app.add_option("--config", options.config, "Name of one of open_clip's");
  app.add_option("--folder", options.folder, "Of the model")->required();
  app.add_option("--device", options.device, "cuda:N, or cpu for a try");
  app.add_option("--dtype", options.dtype, "float32, bfloat16 or float16")
      ->check(CLI::IsMember({"float32", "bfloat16", "float16"}));
  app.add_option("--batch", options.batches, "Batch sizes")->delimiter(',');
  app.add_option("--rounds", options.rounds, "Of which the median is shown");
  app.add_option("--seconds", options.seconds, "Of a round, about");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = clip::model::Run(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "gpu_benchmark: %s\n", status.ToString().c_str());
  return 1;
}
