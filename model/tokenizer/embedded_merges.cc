#include "model/tokenizer/embedded_merges.h"

#include <cstddef>

// The assembler copies the file in; CMake gives its path.
__asm__(
    ".pushsection .rodata\n"
    ".global clip_embedded_merges_begin\n"
    ".global clip_embedded_merges_end\n"
    "clip_embedded_merges_begin:\n"
    ".incbin \"" CLIP_MERGES_FILE
    "\"\n"
    "clip_embedded_merges_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char clip_embedded_merges_begin[];
extern const char clip_embedded_merges_end[];
}

namespace clip::model::text {

std::string_view EmbeddedMerges() {
  return {clip_embedded_merges_begin,
          static_cast<size_t>(clip_embedded_merges_end -
                              clip_embedded_merges_begin)};
}

}  // namespace clip::model::text
