#include "model/tokenizer/canonical_composition.h"

#include <unicode/normalizer2.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "model/tokenizer/unicode_age.h"

namespace clip::model::text {
namespace {

// Below U+0300 every text is in form C.
constexpr char32_t kFirstCombining = 0x300;
// ICU sorts the marks behind a letter by insertion: quadratic in their number.
// Longer runs are sorted here first, after which it has nothing to move.
constexpr size_t kLongRun = 64;

struct Composer {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::UnicodeSet> known;
  std::unique_ptr<icu::FilteredNormalizer2> normalizer;
};

// ICU's normalizer, blind to what came after the reference's Unicode.
const Composer& GetComposer() {
  static const Composer* const composer = [] {
    auto* made = new Composer;
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(made->error);
    const std::string pattern = absl::StrCat("[:age=", kUnicodeVersion, ".0:]");
    made->known = std::make_unique<icu::UnicodeSet>(
        icu::UnicodeString::fromUTF8(pattern), made->error);
    made->known->freeze();
    if (U_SUCCESS(made->error)) {
      made->normalizer =
          std::make_unique<icu::FilteredNormalizer2>(*nfc, *made->known);
    }
    return made;
  }();
  return *composer;
}

uint8_t CombiningClass(char32_t character) {
  return GetComposer().normalizer->getCombiningClass(
      static_cast<UChar32>(character));
}

void AppendDecomposed(char32_t character, std::u32string* text) {
  icu::UnicodeString parts;
  if (!GetComposer().normalizer->getDecomposition(
          static_cast<UChar32>(character), parts)) {
    text->push_back(character);
    return;
  }
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    text->push_back(static_cast<char32_t>(parts.char32At(i)));
  }
}

// Sorts each run of marks by combining class, stably: the canonical order.
void SortMarks(std::u32string::iterator begin, std::u32string::iterator end) {
  const auto is_starter = [](char32_t c) { return CombiningClass(c) == 0; };
  while (begin != end) {
    const auto run_end = std::find_if(begin, end, is_starter);
    std::stable_sort(begin, run_end, [](char32_t left, char32_t right) {
      return CombiningClass(left) < CombiningClass(right);
    });
    begin = std::find_if_not(run_end, end, is_starter);
  }
}

bool StartsRun(char32_t character) {
  return character < kFirstCombining ||
         GetComposer().normalizer->hasBoundaryBefore(
             static_cast<UChar32>(character));
}

// The text with long runs of marks decomposed and in order.
std::u32string OrderLongRuns(std::u32string text) {
  std::u32string ordered;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    while (end < text.size() && !StartsRun(text[end])) ++end;
    if (end - begin <= kLongRun) {
      ordered.append(text, begin, end - begin);
    } else {
      std::u32string run;
      for (size_t i = begin; i < end; ++i) AppendDecomposed(text[i], &run);
      SortMarks(run.begin(), run.end());
      ordered += run;
    }
    begin = end;
  }
  return ordered;
}

std::u32string ToCodePoints(const icu::UnicodeString& source) {
  std::u32string text;
  text.reserve(static_cast<size_t>(source.length()));
  for (int32_t i = 0; i < source.length(); i = source.moveIndex32(i, 1)) {
    text.push_back(static_cast<char32_t>(source.char32At(i)));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::u32string> ComposeCanonically(std::u32string text) {
  if (std::all_of(text.begin(), text.end(),
                  [](char32_t c) { return c < kFirstCombining; })) {
    return text;
  }
  const Composer& composer = GetComposer();
  UErrorCode error = composer.error;
  icu::UnicodeString composed;
  if (U_SUCCESS(error)) {
    const std::u32string ordered = OrderLongRuns(std::move(text));
    const auto source = icu::UnicodeString::fromUTF32(
        reinterpret_cast<const UChar32*>(ordered.data()),
        static_cast<int32_t>(ordered.size()));
    composer.normalizer->normalize(source, composed, error);
  }
  if (U_FAILURE(error)) {
    return absl::InternalError(
        absl::StrCat("ICU cannot normalize: ", u_errorName(error)));
  }
  return ToCodePoints(composed);
}

}  // namespace clip::model::text
