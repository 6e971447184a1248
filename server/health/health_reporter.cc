#include "server/health/health_reporter.h"

namespace clip::server {
namespace {

constexpr const char* kServiceNames[] = {"", "clip.v1.ClipService",
                                         "inference.GRPCInferenceService"};

}  // namespace

HealthReporter::HealthReporter(grpc::HealthCheckServiceInterface& service,
                               std::atomic<bool>& serving)
    : service_(service), serving_(serving) {
  batching::MutexLock lock(mutex_);
  Publish(false);
}

void HealthReporter::SetServing() {
  batching::MutexLock lock(mutex_);
  if (!draining_ && !serving_) Publish(true);
}

void HealthReporter::SetSick() {
  batching::MutexLock lock(mutex_);
  if (serving_) Publish(false);
}

void HealthReporter::SetDraining() {
  batching::MutexLock lock(mutex_);
  draining_ = true;
  if (serving_) Publish(false);
}

void HealthReporter::Publish(bool serving) {
  serving_ = serving;
  for (const char* name : kServiceNames) {
    service_.SetServingStatus(name, serving);
  }
}

}  // namespace clip::server
