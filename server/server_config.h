#ifndef SERVER_SERVER_CONFIG_H_
#define SERVER_SERVER_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/model_spec.h"
#include "server/observability/logging.h"
#include "server/pipeline/batching_pipeline_options.h"
#include "server/service/limits.h"

namespace clip::server {

// Every setting of the server, with its default. A plain value; command_line.h
// fills it. server/README.md says when to change what.
struct ServerConfig {
  // The first is the default model. At least one.
  std::vector<ModelSpec> models;
  // HOST:PORT; port 0 picks a free one.
  std::string listen = "0.0.0.0:50051";
  std::string metrics_listen = "0.0.0.0:9464";
  // HOST:PORT of the page to try the models on; empty = none.
  std::string web_listen;
  // Names under which browsers may know that page, beside addresses,
  // "localhost" and the host of web_listen.
  std::vector<std::string> web_hosts;
  // "auto", "cpu" or "cuda:N"; or several, see model/device_list.h.
  std::string device = "auto";
  // "float32", "bfloat16" or "float16".
  std::string dtype = "float32";
  // Pixels of both sides of every model's pictures; 0 = each config's own.
  int image_size = 0;
  // True: large JPEGs are decoded at a fraction of their size; see
  // model/image/decode_options.h.
  bool jpeg_scaled_decode = false;
  // True: an embedding does not depend on what rides with it, to the bit; see
  // model/batch_invariant_encoder.h.
  bool batch_invariant = false;
  // True: small batches run by CUDA graphs; see model/load_model.h.
  bool cuda_graphs = false;
  // True: own kernels in bfloat16 and float16; see model/load_model.h.
  bool cuda_kernels = false;
  // Threads of one forward pass on the CPU; 0 = one per usable core, shared
  // out where the CPU is named several times.
  int compute_threads = 0;

  // NAME=FILE, see label_set_file.h; encoded before the server is ready.
  std::vector<std::string> label_sets;

  ServiceLimits limits;
  BatchingPipelineOptions pipeline;
  // Bytes of embeddings that are kept to answer equal items again, per model; 0
  // keeps none and merges none.
  size_t cache_bytes = 0;

  // Bytes of one request message; a bigger one is refused by the transport. 16
  // MiB hold the largest picture allowed by default, or a call of many small
  // ones. Memory of the transport grows with it.
  size_t max_message_bytes = size_t{16} << 20;

  // How long a server that was told to stop still takes calls, while it
  // reports NOT_SERVING: the time that load balancers and clients need to look
  // away. 3 s is one round of a readiness probe of 2 s and its news.
  absl::Duration lame_duck = absl::Seconds(3);
  // From the signal to the forced end, all included; keep it below the 30 s
  // that Kubernetes gives by default.
  absl::Duration shutdown_grace = absl::Seconds(25);
  // Period of the self-probe; zero = none.
  absl::Duration probe_period = absl::Seconds(5);

  // Whether clients may list the services and their messages.
  bool reflection = true;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kKeyValue;
};

// Errors that no single flag shows. INVALID_ARGUMENT with one clear line.
absl::Status ValidateServerConfig(const ServerConfig& config);

}  // namespace clip::server

#endif  // SERVER_SERVER_CONFIG_H_
