#include "server/service/label_set_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/zero_shot/prompt_ensemble.h"
#include "model/zero_shot/prompt_templates.h"
#include "server/service/call_failure.h"
#include "server/service/catch_exceptions.h"
#include "server/service/errors.h"

namespace clip::server {
namespace {

using Done = std::function<void(absl::StatusOr<EncodedLabelSet>)>;

// One encoding. Only one step is with the pipeline at a time, and the next
// begins when its result is here, so there is nothing to lock but who begins
// it: a step that ends before Encode has returned, as those do that a cache
// answers, is followed by the next behind it and not inside.
class Encoding final : public std::enable_shared_from_this<Encoding> {
 public:
  Encoding(const ServedModel& model, LabelSetSpec spec, CallOptions options,
           size_t prompts_a_step, Done done)
      : model_(model),
        spec_(std::move(spec)),
        options_(std::move(options)),
        prompts_a_step_(prompts_a_step),
        done_(std::move(done)),
        ensemble_(spec_.labels.size(), spec_.templates.size(),
                  model.info.embed_dim) {}

  void Run() {
    do {
      step_.store(Step::kStarting);
      StartStep();
    } while (step_.exchange(Step::kStarted) == Step::kEnded);
  }

 private:
  // Whether Encode has returned and whether its step has ended: who comes
  // second begins the next step.
  enum class Step { kStarting, kStarted, kEnded };

  void StartStep() {
    prompts_.clear();
    const size_t first = ensemble_.added();
    const size_t end = std::min(prompt_count(), first + prompts_a_step_);
    for (size_t i = first; i < end; ++i) {
      prompts_.push_back(
          model::FillPrompt(spec_.templates[i % spec_.templates.size()],
                            spec_.labels[i / spec_.templates.size()]));
    }
    std::vector<PipelineItem> items;
    for (const std::string& prompt : prompts_) {
      items.emplace_back(TextString{prompt});
    }
    model_.pipeline->Encode(
        std::move(items), options_,
        [self = shared_from_this()](const CallResult& result) {
          self->EndStep(result);
        });
  }

  size_t prompt_count() const {
    return spec_.labels.size() * spec_.templates.size();
  }

  void EndStep(const CallResult& result) {
    const absl::Status status = CatchExceptions([&]() -> absl::Status {
      if (!result.status.ok()) return FailureOf(result);
      Take(result);
      if (ensemble_.added() == prompt_count()) {
        Finish();
      } else if (step_.exchange(Step::kEnded) == Step::kStarted) {
        Run();
      }
      return absl::OkStatus();
    });
    if (!status.ok()) done_(status);
  }

  absl::Status FailureOf(const CallResult& result) const {
    return CallFailure(result, [this](int item) {
      const size_t prompt = ensemble_.added() + item;
      return fmt::format("labels[{}]", prompt / spec_.templates.size());
    });
  }

  void Take(const CallResult& result) {
    for (const EncodedItem& item : result.items) {
      ensemble_.Add(item.embedding);
      if (item.truncated) ++encoded_.set.truncated_count;
    }
    encoded_.timing.preprocess += result.timing.preprocess;
    encoded_.timing.queue += result.timing.queue;
    encoded_.timing.forward += result.timing.forward;
  }

  void Finish() {
    absl::StatusOr<std::vector<float>> weights = ensemble_.Weights();
    if (!weights.ok()) {
      return done_(BadField("labels", std::string(weights.status().message())));
    }
    encoded_.set.name = std::move(spec_.name);
    encoded_.set.model = &model_;
    encoded_.set.template_count = static_cast<int>(spec_.templates.size());
    encoded_.set.labels = std::move(spec_.labels);
    encoded_.set.weights = *std::move(weights);
    done_(std::move(encoded_));
  }

  const ServedModel& model_;
  LabelSetSpec spec_;
  const CallOptions options_;
  const size_t prompts_a_step_;
  const Done done_;
  model::PromptEnsemble ensemble_;
  // Of the step; the pipeline's items are views into it.
  std::vector<std::string> prompts_;
  EncodedLabelSet encoded_;
  std::atomic<Step> step_{Step::kStarting};
};

}  // namespace

void EncodeLabelSet(const ServedModel& model, LabelSetSpec spec,
                    CallOptions options, size_t prompts_a_step, Done done) {
  std::make_shared<Encoding>(model, std::move(spec), std::move(options),
                             prompts_a_step, std::move(done))
      ->Run();
}

}  // namespace clip::server
