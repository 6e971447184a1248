#ifndef TESTS_TESTING_FAKE_TOKENIZER_H_
#define TESTS_TESTING_FAKE_TOKENIZER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/tokenizer/tokenizer.h"

namespace clip::testing {

// Makes one id of each letter: 'a' is 1. A text with a byte that is not ASCII
// is refused, as text that is not UTF-8 is by a real tokenizer.
class FakeTokenizer final : public model::Tokenizer {
 public:
  static constexpr int kContextLength = 8;
  static constexpr int32_t kPadId = 0;

  absl::StatusOr<model::TokenizedText> Tokenize(
      std::string_view text) const override {
    model::TokenizedText tokens;
    for (const char letter : text) {
      if (static_cast<unsigned char>(letter) > 127) {
        return absl::InvalidArgumentError("the text is not UTF-8");
      }
      tokens.ids.push_back(letter - 'a' + 1);
    }
    tokens.truncated = tokens.ids.size() > kContextLength;
    tokens.token_count =
        tokens.truncated ? kContextLength : static_cast<int>(tokens.ids.size());
    tokens.ids.resize(kContextLength, kPadId);
    return tokens;
  }
  int context_length() const override { return kContextLength; }
  int32_t pad_id() const override { return kPadId; }
};

}  // namespace clip::testing

#endif  // TESTS_TESTING_FAKE_TOKENIZER_H_
