#include "model/tokenizer/hf_backend.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/tokenizer/hf/hf_tokenizer_library.h"

namespace clip::model {
namespace {

using ErrorText = std::array<char, 1024>;

ClipHfBytes BytesOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

absl::Status StatusOf(const ErrorText& text) {
  return absl::InvalidArgumentError(text.data());
}

std::optional<int32_t> IdOf(int64_t id) {
  if (id < 0 || id > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<int32_t>(id);
}

HfFacts FactsOf(const ClipHfFacts& facts) {
  HfFacts out;
  out.pad_id = IdOf(facts.pad);
  out.bos_id = IdOf(facts.bos);
  out.eos_id = IdOf(facts.eos);
  out.sep_id = IdOf(facts.sep);
  out.cls_id = IdOf(facts.cls);
  out.vocabulary_size = facts.vocabulary_size;
  return out;
}

struct Free {
  void operator()(ClipHfTokenizer* tokenizer) const { clip_hf_free(tokenizer); }
};
using Handle = std::unique_ptr<ClipHfTokenizer, Free>;

class RustBackend : public HfBackend {
 public:
  RustBackend(Handle handle, HfFacts facts)
      : handle_(std::move(handle)), facts_(facts) {}

  absl::StatusOr<HfRow> Encode(std::string_view text, bool add_special_tokens,
                               size_t capacity) const override;
  const HfFacts& facts() const override { return facts_; }

 private:
  const Handle handle_;
  const HfFacts facts_;
};

absl::StatusOr<HfRow> RustBackend::Encode(std::string_view text,
                                          bool add_special_tokens,
                                          size_t capacity) const {
  std::vector<uint32_t> ids(capacity);
  ClipHfRow row = {ids.data(), ids.size(), 0, false};
  ErrorText error = {};
  if (!clip_hf_encode(handle_.get(), BytesOf(text), add_special_tokens, &row,
                      {error.data(), error.size()})) {
    return StatusOf(error);
  }
  HfRow out;
  out.truncated = row.truncated;
  out.ids.reserve(row.count);
  for (size_t i = 0; i < row.count; ++i) {
    if (ids[i] > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the tokenizer gave the id ", ids[i]));
    }
    out.ids.push_back(static_cast<int32_t>(ids[i]));
  }
  return out;
}

}  // namespace

bool HfBackend::IsBuilt() { return true; }

absl::StatusOr<std::unique_ptr<HfBackend>> HfBackend::Create(
    const TokenizerFiles& files, int max_length) {
  std::vector<ClipHfFile> views;
  for (const auto& [name, bytes] : files) {
    views.push_back({BytesOf(name), BytesOf(bytes)});
  }
  ClipHfFacts facts = {};
  ErrorText error = {};
  Handle handle(clip_hf_create(views.data(), views.size(),
                               static_cast<size_t>(max_length), &facts,
                               {error.data(), error.size()}));
  if (handle == nullptr) return StatusOf(error);
  return std::make_unique<RustBackend>(std::move(handle), FactsOf(facts));
}

}  // namespace clip::model
