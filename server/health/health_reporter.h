#ifndef SERVER_HEALTH_HEALTH_REPORTER_H_
#define SERVER_HEALTH_HEALTH_REPORTER_H_

#include <grpcpp/health_check_service_interface.h>

#include <atomic>

#include "server/batching/mutex.h"

namespace clip::server {

// What grpc.health.v1 says of this server, under the names "",
// "clip.v1.ClipService" and "inference.GRPCInferenceService" alike:
//
//   NOT_SERVING (warming up) -> SERVING <-> NOT_SERVING (sick)
//                                 |              |
//                                 +-> NOT_SERVING (draining), for good
//
// Any other name is NOT_FOUND. Thread-safe. `service` is the gRPC server's own
// health service and must outlive it; open watches hear of every change.
class HealthReporter {
 public:
  // Starts as NOT_SERVING. Keeps `serving` true while it says SERVING, for
  // those who answer the same question in another protocol; must outlive this.
  HealthReporter(grpc::HealthCheckServiceInterface& service,
                 std::atomic<bool>& serving);

  // Warmed up, or well again.
  void SetServing();
  // Not able to answer, perhaps for a while.
  void SetSick();
  // Shutting down: nothing changes it back.
  void SetDraining();

 private:
  void Publish(bool serving) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Held while gRPC is told, so that two changes arrive in their order; gRPC
  // only queues the news and calls nothing of ours.
  batching::Mutex mutex_;
  grpc::HealthCheckServiceInterface& service_ ABSL_GUARDED_BY(mutex_);
  // Written under the lock, read by anybody.
  std::atomic<bool>& serving_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace clip::server

#endif  // SERVER_HEALTH_HEALTH_REPORTER_H_
