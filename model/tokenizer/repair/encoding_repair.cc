#include "model/tokenizer/repair/encoding_repair.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/base/status_macros.h"
#include "model/tokenizer/repair/badness.h"
#include "model/tokenizer/repair/character_repair.h"
#include "model/tokenizer/repair/damaged_utf8.h"
#include "model/tokenizer/repair/misread_run.h"
#include "model/tokenizer/repair/utf8_variants.h"

namespace clip::model::text {
namespace {

// Leads of surrogates and of the long form of NUL.
constexpr char kSurrogateLead = '\xED';
constexpr char kOverlongLead = '\xC0';

bool IsAscii(std::u32string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char32_t c) { return c < 0x80; });
}

bool MayBeVariant(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](char byte) {
    return byte == kSurrogateLead || byte == kOverlongLead;
  });
}

// The text as it reads when its bytes in the encoding are UTF-8, small damage
// to them undone; nullopt where they are not.
std::optional<std::u32string> ReadAsUtf8(std::u32string_view text,
                                         SingleByteEncoding encoding) {
  std::string bytes = SingleByteEncodings::Get().Encode(encoding, text);
  // In MacRoman an en dash before a space would look like a lost 0xA0.
  if (encoding != SingleByteEncoding::kMacRoman) {
    bytes = RestoreNoBreakSpaces(std::move(bytes));
  }
  if (SingleByteEncodings::IsSloppy(encoding)) {
    bytes = ReplaceLossySequences(bytes);
  }
  return MayBeVariant(bytes) ? DecodeUtf8Variants(bytes)
                             : DecodeStrictUtf8(bytes);
}

// C1 control codes read as Windows-1252; nullopt where one has no meaning
// there.
std::optional<std::u32string> ReadAsWindows1252(std::u32string text) {
  text = FixC1Controls(std::move(text));
  const bool undefined = std::any_of(text.begin(), text.end(), [](char32_t c) {
    return c >= 0x80 && c <= 0x9F;
  });
  if (undefined) return std::nullopt;
  return text;
}

}  // namespace

absl::StatusOr<std::u32string> EncodingRepair::Repair(std::u32string text) {
  while (true) {
    CLIP_ASSIGN_OR_RETURN(std::u32string repaired, Step(text));
    if (repaired == text) return text;
    text = std::move(repaired);
  }
}

absl::StatusOr<std::u32string> EncodingRepair::Step(
    const std::u32string& text) {
  if (IsAscii(text) || !LooksBad(text)) return text;
  CLIP_RETURN_IF_ERROR(budget_->Spend(text.size()));
  const uint32_t possible = SingleByteEncodings::Get().EncodingsOf(text);
  for (int i = 0; i < kSingleByteEncodingCount; ++i) {
    if ((possible >> i & 1) == 0) continue;
    auto read = ReadAsUtf8(text, static_cast<SingleByteEncoding>(i));
    if (read.has_value()) return *std::move(read);
  }
  CLIP_ASSIGN_OR_RETURN(std::u32string repaired, RepairRuns(text));
  if (repaired != text) return repaired;
  if ((possible >> static_cast<int>(SingleByteEncoding::kLatin1) & 1) != 0) {
    auto read = ReadAsWindows1252(text);
    if (read.has_value() && *read != text) return *std::move(read);
  }
  return FixC1Controls(text);
}

absl::StatusOr<std::u32string> EncodingRepair::RepairRuns(
    const std::u32string& text) {
  std::u32string repaired;
  repaired.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = MisreadRunLength(text, i);
    if (length == 0) {
      repaired.push_back(text[i++]);
      continue;
    }
    std::u32string run = text.substr(i, length);
    if (length < text.size() && LooksBad(run)) {
      CLIP_ASSIGN_OR_RETURN(run, Repair(std::move(run)));
    }
    repaired += run;
    i += length;
  }
  return repaired;
}

}  // namespace clip::model::text
