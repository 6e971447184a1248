#include "model/train/c10d_process_group.h"

// LibTorch hides its gloo behind a switch that its build sets. The headers of
// gloo that it then asks for are declarations of ours, see
// gloo_declarations/gloo/context.h.
#define USE_C10D_GLOO
#include <ATen/ops/empty_like.h>
#include <c10/util/Exception.h>
#include <c10/util/Logging.h>

#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"

namespace clip::model {
namespace {

bool IsLoopback(const std::string& address) {
  return address == "localhost" || address == "::1" ||
         absl::StartsWith(address, "127.");
}

// gloo's own exceptions say neither which process failed nor that the cause
// is elsewhere.
void InGroup(int rank, int world_size, absl::FunctionRef<void()> work) {
  try {
    work();
  } catch (const c10::Error& error) {
    C10_THROW_ERROR(DistBackendError,
                    c10::str("rank ", rank, " of ", world_size,
                             " lost the other processes: ",
                             error.what_without_backtrace()));
  } catch (const std::exception& error) {
    C10_THROW_ERROR(DistBackendError,
                    c10::str("rank ", rank, " of ", world_size,
                             " lost the other processes: ", error.what()));
  }
}

class GlooProcessGroup : public ProcessGroup {
 public:
  explicit GlooProcessGroup(c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo)
      : gloo_(std::move(gloo)) {}

  int rank() const override { return gloo_->getRank(); }
  int world_size() const override { return gloo_->getSize(); }

  at::Tensor AllReduceSum(const at::Tensor& tensor) override {
    // Half types would round at each process.
    const bool half = tensor.is_floating_point() && tensor.element_size() < 4;
    std::vector<at::Tensor> sums = {
        ToHost(half ? tensor.to(at::kFloat) : tensor).clone()};
    Wait([&] { return gloo_->allreduce(sums); });
    return sums[0].to(tensor.options());
  }

  std::vector<at::Tensor> AllGather(const at::Tensor& tensor) override {
    std::vector<at::Tensor> inputs = {ToHost(tensor)};
    std::vector<std::vector<at::Tensor>> outputs(1);
    for (int i = 0; i < world_size(); ++i) {
      outputs[0].push_back(at::empty_like(inputs[0]));
    }
    Wait([&] { return gloo_->allgather(outputs, inputs); });
    for (at::Tensor& output : outputs[0]) output = output.to(tensor.device());
    return outputs[0];
  }

  at::Tensor Broadcast(const at::Tensor& tensor) override {
    std::vector<at::Tensor> copies = {ToHost(tensor).clone()};
    Wait([&] { return gloo_->broadcast(copies); });
    return copies[0].to(tensor.device());
  }

  at::Tensor Exchange(const at::Tensor& tensor, int to_rank,
                      int from_rank) override {
    std::vector<at::Tensor> sent = {ToHost(tensor)};
    std::vector<at::Tensor> received = {at::empty_like(sent[0])};
    InGroup(rank(), world_size(), [&] {
      const auto send = gloo_->send(sent, to_rank, /*tag=*/0);
      gloo_->recv(received, from_rank, /*tag=*/0)->wait();
      send->wait();
    });
    return received[0].to(tensor.device());
  }

 private:
  static at::Tensor ToHost(const at::Tensor& tensor) {
    return tensor.detach().to(at::kCPU).contiguous();
  }

  void Wait(absl::FunctionRef<c10::intrusive_ptr<c10d::Work>()> start) {
    InGroup(rank(), world_size(), [&] { start()->wait(); });
  }

  const c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
};

// c10d tells of every failure itself, with a stack trace, before we do in one
// line. TORCH_CPP_LOG_LEVEL still says what to log.
void QuietenOnce() {
  static const bool done = [] {
    FLAGS_caffe2_log_level = c10::GLOG_FATAL;
    c10::initLogging();
    return true;
  }();
  (void)done;
}

c10::intrusive_ptr<c10d::Store> MakeStore(const ProcessGroupOptions& options) {
  c10d::TCPStoreOptions store;
  store.port = options.master_port;
  store.isServer = options.rank == 0 && !options.agent_store;
  // A launcher's store counts other clients, too.
  store.waitWorkers = !options.agent_store;
  store.numWorkers = static_cast<size_t>(options.world_size);
  store.timeout = absl::ToChronoMilliseconds(options.timeout);
  if (store.isServer && options.listen_fd >= 0) {
    store.masterListenFd = options.listen_fd;
  }
  return c10::make_intrusive<c10d::TCPStore>(options.master_addr, store);
}

std::shared_ptr<gloo::transport::Device> MakeDevice(
    const ProcessGroupOptions& options) {
  using Gloo = c10d::ProcessGroupGloo;
  const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != '\0') {
    return Gloo::createDeviceForInterface(interface);
  }
  return IsLoopback(options.master_addr)
             ? Gloo::createDeviceForHostname(options.master_addr)
             : Gloo::createDefaultDevice();
}

absl::Status ExplainMeeting(const ProcessGroupOptions& options,
                            const absl::Status& status) {
  const std::string message =
      absl::StrCat("rank ", options.rank, " of ", options.world_size,
                   " did not meet the others at ", options.master_addr, ":",
                   options.master_port, ": ", status.message());
  return absl::StrContains(status.message(), "imed out")
             ? absl::DeadlineExceededError(message)
             : absl::UnavailableError(message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProcessGroup>> CreateC10dProcessGroup(
    const ProcessGroupOptions& options) {
  if (options.rank < 0 || options.rank >= options.world_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("rank ", options.rank, " is not in a world of ",
                     options.world_size, " processes"));
  }
  QuietenOnce();
  std::unique_ptr<ProcessGroup> group;
  const absl::Status met = CatchTorchErrors([&] {
    const auto store = MakeStore(options);
    auto gloo = c10d::ProcessGroupGloo::Options::create(
        absl::ToChronoMilliseconds(options.timeout));
    gloo->devices.push_back(MakeDevice(options));
    group = std::make_unique<GlooProcessGroup>(
        c10::make_intrusive<c10d::ProcessGroupGloo>(
            store, options.rank, options.world_size, std::move(gloo)));
  });
  if (!met.ok()) return ExplainMeeting(options, met);
  return group;
}

}  // namespace clip::model
