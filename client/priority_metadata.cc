#include "client/priority_metadata.h"

namespace clip::client {
namespace {

// As proto/clip/v1/clip.proto says.
constexpr char kPriorityMetadata[] = "x-clip-priority";

}  // namespace

void AddPriority(Priority priority, grpc::ClientContext* context) {
  switch (priority) {
    case Priority::kDefault:
      return;
    case Priority::kInteractive:
      context->AddMetadata(kPriorityMetadata, "interactive");
      return;
    case Priority::kBulk:
      context->AddMetadata(kPriorityMetadata, "bulk");
      return;
  }
}

}  // namespace clip::client
