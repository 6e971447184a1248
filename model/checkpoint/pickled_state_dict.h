#ifndef MODEL_CHECKPOINT_PICKLED_STATE_DICT_H_
#define MODEL_CHECKPOINT_PICKLED_STATE_DICT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/checkpoint/pickle_value.h"

namespace clip::model {

using PickledTensors =
    std::map<std::string, std::shared_ptr<const PickledTensor>, std::less<>>;

// The tensors of what torch.save wrote: of the dict itself, or of the dict
// below its key `state_dict` where it has one. `use_ema` asks for
// `state_dict_ema` instead.
//
// Errors: INVALID_ARGUMENT, naming the key, where there is no such dict, a key
// comes twice or is no printable name, or a value is no tensor.
absl::StatusOr<PickledTensors> FindStateDict(const PickleDocument& document,
                                             bool use_ema);

// The tensors of a TorchScript module: its attributes' and, behind a dot, those
// of the modules within. The walk is bounded in depth and steps, for a hostile
// module may hold itself. Errors: as above.
absl::StatusOr<PickledTensors> FindModuleTensors(
    const PickleDocument& document);

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLED_STATE_DICT_H_
