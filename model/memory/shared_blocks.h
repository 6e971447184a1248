#ifndef MODEL_MEMORY_SHARED_BLOCKS_H_
#define MODEL_MEMORY_SHARED_BLOCKS_H_

#include "model/memory/block_cache.h"

namespace clip::model {

// The process's blocks. They outlive everything that holds one.
BlockCache& SharedBlocks();

}  // namespace clip::model

#endif  // MODEL_MEMORY_SHARED_BLOCKS_H_
