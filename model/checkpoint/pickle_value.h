#ifndef MODEL_CHECKPOINT_PICKLE_VALUE_H_
#define MODEL_CHECKPOINT_PICKLE_VALUE_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/checkpoint/tensor_dtype.h"

namespace clip::model {

// A tensor as a pickle describes it: a view of a storage. What the fields say
// of each other is checked; that the storage is really there is not.
struct PickledTensor {
  TensorDtype dtype = TensorDtype::kFloat32;
  // Name of the archive's record, below "data/".
  std::string_view storage_key;
  // Elements that the whole storage claims to have.
  uint64_t storage_size = 0;
  // Elements in front of the first one of the tensor.
  uint64_t offset = 0;
  // Not negative, equally long; the elements lie within the storage and are
  // not more than it has.
  std::vector<int64_t> shape;
  std::vector<int64_t> stride;
};

// Place of a value in its document.
using PickleRef = uint32_t;

// One value of a pickle. A plain value; which fields matter depends on `kind`.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInt,
    // A float or bytes: known to be there, its value is not kept.
    kOpaque,
    kString,
    kTuple,
    kList,
    // A dict or an OrderedDict.
    kDict,
    // One of the few importable names.
    kGlobal,
    kStorage,
    kTensor,
    // A module of a TorchScript archive.
    kModule,
  };

  Kind kind = Kind::kNone;
  // Of kBool and kInt; the PickleGlobal of kGlobal; the elements of kStorage.
  int64_t integer = 0;
  // Of kGlobal for a storage class and of kStorage.
  TensorDtype dtype = TensorDtype::kFloat32;
  // The text of kString, the record's name of kStorage.
  std::string_view text;
  // Elements of kTuple and kList; key, value, key, value... of kDict and of a
  // kModule's attributes.
  std::vector<PickleRef> items;
  std::shared_ptr<const PickledTensor> tensor;
};

// What a pickle holds. Values refer to each other by place, so that a value
// may be shared or hold itself: who walks a document bounds the walk. Borrows
// the pickle's bytes.
struct PickleDocument {
  std::vector<PickleValue> values;
  PickleRef root = 0;
};

}  // namespace clip::model

#endif  // MODEL_CHECKPOINT_PICKLE_VALUE_H_
