#include "model/checkpoint/load_weights.h"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "model/checkpoint/view_tensor.h"

namespace clip::model {
namespace {

using Targets = std::map<std::string, at::Tensor>;

Targets TargetsOf(const torch::nn::Module& module) {
  Targets targets;
  for (const auto& item : module.named_parameters()) {
    targets.emplace(item.key(), item.value());
  }
  for (const auto& item : module.named_buffers()) {
    targets.emplace(item.key(), item.value());
  }
  return targets;
}

bool IsLogitParameter(const std::string& name) {
  return name == "logit_scale" || name == "logit_bias";
}

bool MayBeMissing(const std::string& name) {
  return name == "logit_bias" || absl::EndsWith(name, ".num_batches_tracked");
}

bool HasKindOf(const TensorView& view, const at::Tensor& target) {
  const auto type = ScalarTypeOf(view.dtype);
  return type.has_value() &&
         c10::isFloatingType(*type) == target.is_floating_point();
}

std::string ShapeText(c10::IntArrayRef shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

// Collects problems of one kind and writes the first few.
class ProblemList {
 public:
  explicit ProblemList(const char* title) : title_(title) {}

  void Add(std::string problem) { problems_.push_back(std::move(problem)); }

  // Appends "title: a, b, c and 7 more" where there is any problem.
  void AppendTo(std::vector<std::string>& parts) const {
    constexpr size_t kShown = 4;
    if (problems_.empty()) return;
    const size_t hidden = problems_.size() - std::min(problems_.size(), kShown);
    const absl::Span<const std::string> all(problems_);
    std::string text = absl::StrCat(
        title_, ": ", absl::StrJoin(all.first(all.size() - hidden), ", "));
    if (hidden > 0) absl::StrAppend(&text, " and ", hidden, " more");
    parts.push_back(std::move(text));
  }

 private:
  const char* title_;
  std::vector<std::string> problems_;
};

// The problem of one pair, or an empty string.
std::string Mismatch(const std::string& name, const TensorView& view,
                     const at::Tensor& target) {
  if (!HasKindOf(view, target)) {
    const auto dtype = NameOf(view.dtype);
    return absl::StrCat(name, " is stored as ",
                        absl::string_view(dtype.data(), dtype.size()));
  }
  const c10::IntArrayRef stored(view.shape);
  if (stored == target.sizes()) return "";
  const bool is_one = c10::multiply_integers(stored) == 1 && stored.size() <= 1;
  if (IsLogitParameter(name) && is_one) return "";
  return absl::StrCat(name, " is ", ShapeText(stored), " and must be ",
                      ShapeText(target.sizes()));
}

absl::Status CheckKeys(const StateDict& state_dict, const Targets& targets) {
  ProblemList missing("missing keys");
  ProblemList unexpected("unexpected keys");
  ProblemList mismatched("mismatched keys");
  for (const auto& [name, target] : targets) {
    const auto view = state_dict.tensors().find(name);
    if (view != state_dict.tensors().end()) {
      std::string mismatch = Mismatch(name, view->second, target);
      if (!mismatch.empty()) mismatched.Add(std::move(mismatch));
    } else if (!MayBeMissing(name)) {
      missing.Add(name);
    }
  }
  for (const auto& [name, unused] : state_dict.tensors()) {
    if (targets.count(name) == 0) unexpected.Add(name);
  }
  std::vector<std::string> parts;
  missing.AppendTo(parts);
  unexpected.AppendTo(parts);
  mismatched.AppendTo(parts);
  if (parts.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "weights do not fit the model: ", absl::StrJoin(parts, "; ")));
}

}  // namespace

absl::Status LoadWeights(const StateDict& state_dict,
                         torch::nn::Module& module) {
  const Targets targets = TargetsOf(module);
  absl::Status status = CheckKeys(state_dict, targets);
  if (!status.ok()) return status;
  const at::NoGradGuard no_grad;
  for (const auto& [name, target] : targets) {
    const auto view = state_dict.tensors().find(name);
    if (view != state_dict.tensors().end()) {
      target.copy_(ViewAsTensor(view->second)->view(target.sizes()));
    } else if (name == "logit_bias") {
      target.zero_();
    }
  }
  return absl::OkStatus();
}

}  // namespace clip::model
