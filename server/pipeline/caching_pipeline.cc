#include "server/pipeline/caching_pipeline.h"

#include <string>
#include <utility>

#include "fmt/format.h"
#include "model/base/status_macros.h"
#include "server/pipeline/cached_call.h"

namespace clip::server {
namespace {

// What an embedding depends on beside the item. Two models of one file may
// differ in precision and picture size.
std::string IdentityOf(const model::ModelInfo& model) {
  return fmt::format(
      "{}\n{}\n{}\n{}x{}", model.checkpoint_sha256, model.architecture,
      model.dtype, model.preprocess.image_width, model.preprocess.image_height);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CachingPipeline>> CachingPipeline::Create(
    const Options& options, const model::ModelInfo& model,
    std::unique_ptr<EmbeddingPipeline> behind, batching::Clock& clock,
    PipelineObserver& observer) {
  CLIP_ASSIGN_OR_RETURN(std::unique_ptr<ContentHasher> hasher,
                        ContentHasher::Create(IdentityOf(model)));
  return std::unique_ptr<CachingPipeline>(new CachingPipeline(
      options, std::move(hasher), std::move(behind), clock, observer));
}

CachingPipeline::CachingPipeline(const Options& options,
                                 std::unique_ptr<ContentHasher> hasher,
                                 std::unique_ptr<EmbeddingPipeline> behind,
                                 batching::Clock& clock,
                                 PipelineObserver& observer)
    : hasher_(std::move(hasher)),
      clock_(clock),
      cache_(options.max_bytes, options.max_waiting_bytes, observer),
      behind_(std::move(behind)) {}

void CachingPipeline::Encode(std::vector<PipelineItem> items,
                             CallOptions options, Done done) {
  if (items.empty()) {
    return behind_->Encode(std::move(items), std::move(options),
                           std::move(done));
  }
  CachedCall::Parts parts;
  parts.keys.reserve(items.size());
  for (const PipelineItem& item : items) {
    parts.keys.push_back(hasher_->Hash(item));
  }
  parts.items = std::move(items);
  parts.options = std::move(options);
  parts.done = std::move(done);
  std::make_shared<CachedCall>(std::move(parts), cache_, *behind_, clock_)
      ->Start();
}

}  // namespace clip::server
