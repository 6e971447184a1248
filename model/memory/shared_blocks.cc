#include "model/memory/shared_blocks.h"

namespace clip::model {

BlockCache& SharedBlocks() {
  static auto* const blocks = new BlockCache();
  return *blocks;
}

}  // namespace clip::model
