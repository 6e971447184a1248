#ifndef TESTS_MODEL_TOWERS_TIMM_TRANSFORMER_GOLDEN_H_
#define TESTS_MODEL_TOWERS_TIMM_TRANSFORMER_GOLDEN_H_

#include <string>

#include "model/towers/timm/timm_trunk.h"

namespace clip::model {

// Expects of a trunk of hashed weights what its case of
// tools/goldens/timm_transformers.py holds: features, with the gradients of all
// parameters plain and with recomputation, intermediates and groups.
// `trunk` was built with `options`.
void ExpectTransformerMatchesGolden(TimmTrunk& trunk,
                                    const TimmTrunkOptions& options,
                                    const std::string& name);

// Expects that the models of tests/golden/timm_transformers/FILE that `has`
// knows have timm's keys and shapes; gives their count. Where a name ends with
// the size of its pictures, that takes the place of the one in `options`.
size_t ExpectModelsHaveGoldenKeys(const std::string& file,
                                  const TimmTrunkOptions& options,
                                  bool (*has)(std::string_view name));

}  // namespace clip::model

#endif  // TESTS_MODEL_TOWERS_TIMM_TRANSFORMER_GOLDEN_H_
