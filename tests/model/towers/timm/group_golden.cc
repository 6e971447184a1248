#include "tests/model/towers/timm/group_golden.h"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/towers/layer_group.h"
#include "tests/model/golden_tensors.h"

namespace clip::model {

// A parameter of group i trains as soon as all but i groups are unlocked.
void ExpectGroups(TimmTrunk& trunk, const at::Tensor& expected) {
  const std::vector<LayerGroup> groups = trunk.LayerGroups();
  auto parameters = trunk.named_parameters().pairs();
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto count = static_cast<int64_t>(groups.size());
  at::Tensor actual =
      at::full({static_cast<int64_t>(parameters.size())}, -1, at::kLong);
  for (int64_t frozen = 0; frozen < count; ++frozen) {
    EXPECT_EQ(groups[frozen].name, "layer." + std::to_string(frozen));
    LockLayerGroups(trunk, groups, count - frozen, /*freeze_bn_stats=*/false);
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!parameters[i].second.requires_grad()) continue;
      actual[static_cast<int64_t>(i)] = frozen;
    }
  }
  EXPECT_EQ(WorstTensorDifference(actual, expected), 0.0);
  EXPECT_EQ(count, expected.max().item<int64_t>() + 1);
}

}  // namespace clip::model
