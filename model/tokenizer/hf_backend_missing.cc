// HfBackend of a program that was built without the Rust library.
#include "absl/status/status.h"
#include "model/tokenizer/hf_backend.h"

namespace clip::model {

bool HfBackend::IsBuilt() { return false; }

absl::StatusOr<std::unique_ptr<HfBackend>> HfBackend::Create(
    const TokenizerFiles& /*files*/, int /*max_length*/) {
  return absl::UnimplementedError(
      "this program was built without Hugging Face's tokenizers: install cargo "
      "(Rust 1.85 or later), configure with -DCLIP_WITH_HF_TOKENIZERS=ON and "
      "build again");
}

}  // namespace clip::model
