#include "model/train/web_dataset/shard_list.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "model/base/status_macros.h"

namespace clip::model {
namespace {

using Strings = std::vector<std::string>;

constexpr size_t kMaxShards = 1000000;
constexpr int kMaxDepth = 32;

absl::Status TooMany() {
  return absl::InvalidArgumentError("there are more than a million files");
}

absl::StatusOr<Strings> ExpandPattern(std::string_view pattern, int depth);

std::optional<int64_t> ParseInteger(const std::string& text) {
  constexpr size_t kMostCharacters = 18;
  const std::string digits = text.substr(absl::StartsWith(text, "-") ? 1 : 0);
  const bool plain = std::all_of(digits.begin(), digits.end(),
                                 [](char c) { return c >= '0' && c <= '9'; });
  int64_t value = 0;
  if (!plain || text.size() > kMostCharacters ||
      !absl::SimpleAtoi(text, &value)) {
    return std::nullopt;
  }
  return value;
}

bool IsZeroPadded(const std::string& number) {
  const bool negative = absl::StartsWith(number, "-");
  return number.size() > (negative ? 2 : 1) && number[negative ? 1 : 0] == '0';
}

// A letter's place among A-Z and then a-z.
std::optional<int64_t> LetterIndex(const std::string& text) {
  constexpr int64_t kLetters = 26;
  if (text.size() != 1) return std::nullopt;
  const char c = text.front();
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return kLetters + (c - 'a');
  return std::nullopt;
}

std::string LetterAt(int64_t index) {
  constexpr char kLetters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return std::string(1, kLetters[index]);
}

// "first..last" or "first..last..step" of numbers or letters; nullopt where it
// is something else.
absl::StatusOr<std::optional<Strings>> ExpandRange(
    std::string_view expression) {
  const Strings parts = absl::StrSplit(
      absl::string_view(expression.data(), expression.size()), "..");
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const bool letters = LetterIndex(parts[0]) && LetterIndex(parts[1]);
  const auto first = letters ? LetterIndex(parts[0]) : ParseInteger(parts[0]);
  const auto last = letters ? LetterIndex(parts[1]) : ParseInteger(parts[1]);
  const auto given =
      parts.size() == 3 ? ParseInteger(parts[2]) : std::optional<int64_t>(1);
  if (!first || !last || !given) return std::nullopt;
  const int64_t step = *given == 0 ? 1 : std::abs(*given);
  const int64_t count = std::abs(*last - *first) / step + 1;
  if (count > static_cast<int64_t>(kMaxShards)) return TooMany();
  const bool padded = IsZeroPadded(parts[0]) || IsZeroPadded(parts[1]);
  const int width =
      padded ? static_cast<int>(std::max(parts[0].size(), parts[1].size())) : 0;
  Strings items;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t value = *first + (*first <= *last ? i : -i) * step;
    items.push_back(letters ? LetterAt(value)
                            : absl::StrFormat("%0*d", width, value));
  }
  return items;
}

// The parts between the commas that stand in no inner braces.
std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  size_t start = 0;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}') {
      --depth;
    } else if (text[i] == ',' && depth == 0) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(text.substr(start));
  return parts;
}

// What stands between a pair of braces.
absl::StatusOr<Strings> ExpandBraces(std::string_view expression, int depth) {
  CLIP_ASSIGN_OR_RETURN(auto range, ExpandRange(expression));
  if (range) return *std::move(range);
  const auto parts = SplitAtCommas(expression);
  Strings items;
  for (const std::string_view part : parts) {
    CLIP_ASSIGN_OR_RETURN(const Strings some, ExpandPattern(part, depth + 1));
    items.insert(items.end(), some.begin(), some.end());
    if (items.size() > kMaxShards) return TooMany();
  }
  // Braces around a single thing are meant as they stand.
  if (parts.size() == 1) {
    for (std::string& item : items) item = absl::StrCat("{", item, "}");
  }
  return items;
}

std::optional<size_t> ClosingBrace(std::string_view text, size_t open) {
  int depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::nullopt;
}

absl::StatusOr<Strings> Join(const Strings& heads, const Strings& tails) {
  if (heads.size() * tails.size() > kMaxShards) return TooMany();
  Strings joined;
  for (const std::string& head : heads) {
    for (const std::string& tail : tails) joined.push_back(head + tail);
  }
  return joined;
}

// Backslashes stay.
absl::StatusOr<Strings> ExpandPattern(std::string_view pattern, int depth) {
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError("braces are nested too deeply");
  }
  Strings expanded = {""};
  std::string literal;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      literal += pattern.substr(i++, 2);
      continue;
    }
    if (pattern[i] != '{' && pattern[i] != '}') {
      literal += pattern[i];
      continue;
    }
    const auto close = ClosingBrace(pattern, i);
    if (pattern[i] == '}' || !close) {
      return absl::InvalidArgumentError("the braces do not match");
    }
    CLIP_ASSIGN_OR_RETURN(
        const Strings items,
        ExpandBraces(pattern.substr(i + 1, *close - i - 1), depth));
    CLIP_ASSIGN_OR_RETURN(expanded, Join(expanded, {literal}));
    CLIP_ASSIGN_OR_RETURN(expanded, Join(expanded, items));
    literal.clear();
    i = *close;
  }
  return Join(expanded, {literal});
}

std::string WithoutBackslashes(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

absl::StatusOr<Strings> ExpandShardList(std::string_view address) {
  const std::string whole(address);
  const auto bad = [&](absl::string_view problem) {
    return absl::InvalidArgumentError(absl::StrCat(whole, ": ", problem));
  };
  if (absl::StartsWith(whole, "pipe:") || absl::StrContains(whole, "://")) {
    return bad("only files can be read, no pipes and no addresses");
  }
  Strings shards;
  for (const absl::string_view part : absl::StrSplit(whole, "::")) {
    const auto expanded =
        ExpandPattern(std::string_view(part.data(), part.size()), 0);
    if (!expanded.ok()) return bad(expanded.status().message());
    for (const std::string& shard : *expanded) {
      if (shard.empty()) return bad("a file name is empty");
      shards.push_back(WithoutBackslashes(shard));
    }
    if (shards.size() > kMaxShards) return bad(TooMany().message());
  }
  return shards;
}

}  // namespace clip::model
