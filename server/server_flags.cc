#include "server/server_flags.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>

#include "absl/strings/numbers.h"
#include "model/device_list.h"

namespace clip::server {
namespace {

constexpr int kMaxThreads = 1024;
constexpr int kMaxImageSize = 4096;
constexpr int kMaxItems = 1 << 20;
constexpr int kMaxBatchSize = 4096;
constexpr int kMaxPort = 65535;
// Protobuf cannot parse a larger message.
constexpr uint64_t kMaxMessageBytes = std::numeric_limits<int32_t>::max();
// More than any machine has.
constexpr uint64_t kMaxMemoryBytes = uint64_t{1} << 50;

// A CLI11 check: empty for a good value, else what is wrong with it.
std::string CheckAddress(const std::string& value) {
  const size_t colon = value.rfind(':');
  int port = 0;
  const bool good = colon != std::string::npos && colon > 0 &&
                    absl::SimpleAtoi(value.substr(colon + 1), &port) &&
                    port >= 0 && port <= kMaxPort;
  return good ? "" : fmt::format("{} is not HOST:PORT", value);
}

std::string CheckDevice(const std::string& value) {
  const auto devices = model::ParseDeviceList(value);
  return devices.ok() ? "" : std::string(devices.status().message());
}

void AddDuration(CLI::App& app, const std::string& flag, absl::Duration& target,
                 const std::string& help) {
  const auto parse = [flag, &target](const std::string& value) {
    absl::Duration duration;
    if (!absl::ParseDuration(value, &duration) ||
        duration < absl::ZeroDuration() ||
        duration == absl::InfiniteDuration()) {
      throw CLI::ValidationError(
          flag, value + " is not a duration such as 500us, 2ms, 3s or 1m30s");
    }
    target = duration;
  };
  app.add_option_function<std::string>(flag, parse, help)
      ->default_str(absl::FormatDuration(target))
      ->type_name("DURATION");
}

template <typename T>
void AddBytes(CLI::App& app, const std::string& flag, T& target, uint64_t most,
              const std::string& help, uint64_t least = 1) {
  const auto set = [&target](const uint64_t& bytes) {
    target = static_cast<T>(bytes);
  };
  app.add_option_function<uint64_t>(flag, set, help)
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true).description(""))
      ->check(CLI::Range(least, most).description(""))
      ->default_str(std::to_string(target))
      ->type_name("BYTES");
}

void AddModelFlags(CLI::App& app, FlagValues& values) {
  ServerConfig& config = values.config;
  app.add_option("--model", values.models,
                 "Hub folder, file of OpenAI's, NAME=FOLDER or the name of a "
                 "built-in model; may be repeated, the first is the default")
      ->allow_extra_args(false)
      ->default_str("");
  app.add_option("--builtin-dir", values.builtin_directory,
                 "Folder of the built-in models");
  app.add_option("--label-set", config.label_sets,
                 "NAME=FILE.json: a label set that the server has from its "
                 "start; may be repeated")
      ->allow_extra_args(false)
      ->default_str("");
  app.add_option("--device", config.device,
                 "auto, cpu or cuda:N; several, separated by commas, for a "
                 "copy of the model on each")
      ->check(CheckDevice);
  app.add_option("--dtype", config.dtype,
                 "Precision of the model; int8 on CPUs with AVX-512 VNNI")
      ->check(CLI::IsMember({"float32", "bfloat16", "float16", "int8"}));
  app.add_option("--image-size", config.image_size,
                 "Pixels of both sides of the model's pictures, with position "
                 "embeddings resized; 0 = the config's")
      ->check(CLI::Range(0, kMaxImageSize));
  app.add_flag("--jpeg-scaled-decode,!--no-jpeg-scaled-decode",
               config.jpeg_scaled_decode,
               "Whether large JPEGs are decoded at a fraction of their size: "
               "faster, and not open_clip's row to the bit; default: no");
  app.add_flag("--batch-invariant,!--no-batch-invariant",
               config.batch_invariant,
               "Whether an embedding never depends on what else was in its "
               "batch, to the bit; costs throughput; default: no");
  app.add_flag("--cuda-graphs,!--no-cuda-graphs", config.cuda_graphs,
               "Whether small batches run by CUDA graphs, on GPUs only; "
               "default: no");
  app.add_flag("--cuda-kernels,!--no-cuda-kernels", config.cuda_kernels,
               "Whether own kernels replace several of LibTorch's, on GPUs in "
               "bfloat16 and float16 only; default: no");
  app.add_option("--compute-threads", config.compute_threads,
                 "Threads of one forward pass on the CPU; 0 = one per core")
      ->check(CLI::Range(0, kMaxThreads));
}

void AddListenFlags(CLI::App& app, ServerConfig& config) {
  app.add_option("--listen", config.listen,
                 "HOST:PORT of the gRPC service; port 0 picks a free one")
      ->check(CheckAddress);
  app.add_option("--metrics-listen", config.metrics_listen,
                 "HOST:PORT of http://.../metrics")
      ->check(CheckAddress);
  app.add_option("--web-listen", config.web_listen,
                 "HOST:PORT of a page to try the models on; none by default")
      ->check(CheckAddress)
      ->default_str("");
  app.add_option("--web-host", config.web_hosts,
                 "Name under which browsers reach that page, where it is not "
                 "an address or localhost; may be repeated")
      ->allow_extra_args(false)
      ->default_str("");
  app.add_flag("--reflection,!--no-reflection", config.reflection,
               "Whether gRPC reflection is served; default: yes");
}

void AddBatchingFlags(CLI::App& app, BatchingPipelineOptions& pipeline) {
  app.add_option("--max-batch-size", pipeline.max_batch_size,
                 "Most items of one forward pass")
      ->check(CLI::Range(1, kMaxBatchSize));
  AddDuration(app, "--max-batch-delay", pipeline.max_batch_delay,
              "How long a free device waits for more items");
  AddDuration(app, "--target-latency", pipeline.target_latency,
              "Smaller batches where they compute more items within this; 0 = "
              "batches as large as what waits");
  app.add_option("--max-queue-items", pipeline.admission.max_queue_items,
                 "Most items accepted and not yet answered, per model")
      ->check(CLI::Range(1, kMaxItems));
  AddDuration(app, "--max-queue-delay", pipeline.admission.max_queue_delay,
              "Calls that would wait longer are refused");
  AddBytes(app, "--max-inflight-bytes", pipeline.admission.max_inflight_bytes,
           kMaxMemoryBytes, "Most bytes of accepted items, per model");
  app.add_option("--threads", pipeline.decode_threads,
                 "Threads that decode pictures and tokenize texts; 0 = one per "
                 "core")
      ->check(CLI::Range(0, kMaxThreads));
}

void AddCacheFlags(CLI::App& app, ServerConfig& config) {
  AddBytes(app, "--cache-bytes", config.cache_bytes, kMaxMemoryBytes,
           "Bytes of embeddings kept for equal items, per model; 0 = no cache",
           /*least=*/0);
}

void AddLimitFlags(CLI::App& app, ServerConfig& config) {
  ServiceLimits& limits = config.limits;
  AddBytes(app, "--max-message-bytes", config.max_message_bytes,
           kMaxMessageBytes, "Most bytes of one request");
  AddBytes(app, "--max-image-bytes", limits.max_image_bytes, kMaxMessageBytes,
           "Most bytes of one encoded picture");
  app.add_option("--max-image-pixels", limits.max_image_pixels,
                 "Most pixels of one picture")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30));
  app.add_option("--max-items-per-call", limits.max_items_per_call,
                 "Most pictures and texts of one call")
      ->check(CLI::Range(1, kMaxItems));
  AddBytes(app, "--max-text-bytes", limits.max_text_bytes, kMaxMessageBytes,
           "Most bytes of one text");
  app.add_option("--max-streams", limits.stream.max_streams,
                 "Most open EncodeStream calls")
      ->check(CLI::Range(0, kMaxItems));
  app.add_option("--max-stream-items", limits.stream.max_items,
                 "Most items of one stream in work or with unread replies")
      ->check(CLI::Range(1, kMaxItems));
  AddBytes(app, "--max-stream-bytes", limits.stream.max_bytes, kMaxMemoryBytes,
           "Most bytes of those items");
  app.add_option("--max-label-sets", limits.label_sets.max_sets,
                 "Most label sets, of all models together")
      ->check(CLI::Range(0, kMaxItems));
  app.add_option("--max-labels-per-set", limits.label_sets.max_labels,
                 "Most labels of one label set")
      ->check(CLI::Range(1, kMaxItems));
  AddBytes(app, "--max-label-set-bytes", limits.label_sets.max_bytes,
           kMaxMemoryBytes, "Most bytes of all label sets");
}

void AddOperationFlags(CLI::App& app, ServerConfig& config) {
  static const std::map<std::string, LogLevel> levels = {
      {"debug", LogLevel::kDebug},
      {"info", LogLevel::kInfo},
      {"warning", LogLevel::kWarning},
      {"error", LogLevel::kError}};
  static const std::map<std::string, LogFormat> formats = {
      {"text", LogFormat::kKeyValue}, {"json", LogFormat::kJson}};
  AddDuration(app, "--lame-duck", config.lame_duck,
              "How long calls are still taken after SIGTERM");
  AddDuration(app, "--shutdown-grace", config.shutdown_grace,
              "Longest time from SIGTERM to the end");
  AddDuration(app, "--probe-period", config.probe_period,
              "Period of the self-probe; 0 = none");
  app.add_option("--log-level", config.log_level,
                 "debug, info, warning or error")
      ->transform(CLI::CheckedTransformer(levels).description(""))
      ->default_str("info");
  app.add_option("--log-format", config.log_format, "text or json")
      ->transform(CLI::CheckedTransformer(formats).description(""))
      ->default_str("text");
}

}  // namespace

void AddServerFlags(CLI::App& app, FlagValues& values) {
  app.option_defaults()->always_capture_default();
  AddModelFlags(app, values);
  AddListenFlags(app, values.config);
  AddBatchingFlags(app, values.config.pipeline);
  AddCacheFlags(app, values.config);
  AddLimitFlags(app, values.config);
  AddOperationFlags(app, values.config);
  app.add_option("--config", values.config_file,
                 "TOML or INI file with the names of these flags as keys");
}

}  // namespace clip::server
