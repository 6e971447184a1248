// How long a text takes on its way to the model's row of token ids.
#include <benchmark/benchmark.h>

#include <string>

#include "model/tokenizer/create_tokenizer.h"

namespace clip::model {
namespace {

// A caption as datasets have them.
constexpr char kCaption[] =
    "A close-up photo of a small brown dog sitting on the grass.";

void TokenizeRepeatedly(benchmark::State& state, const std::string& text) {
  const auto tokenizer = CreateTokenizer(TokenizerOptions()).value();
  for (auto _ : state) {
    auto tokens = tokenizer->Tokenize(text);
    if (!tokens.ok()) state.SkipWithError("the tokenizer failed");
    benchmark::DoNotOptimize(tokens);
  }
  state.SetBytesProcessed(static_cast<int64_t>(text.size()) *
                          static_cast<int64_t>(state.iterations()));
}

void BM_TokenizeCaption(benchmark::State& state) {
  TokenizeRepeatedly(state, kCaption);
}
BENCHMARK(BM_TokenizeCaption)->Unit(benchmark::kMicrosecond);

// Text that needs every step of the cleaning: entities, broken UTF-8 of UTF-8
// and capitals.
void BM_TokenizeUncleanCaption(benchmark::State& state) {
  TokenizeRepeatedly(state,
                     "CAF\xc3\x83\xc2\x89 &amp; bar, l\xe2\x80\x99"
                     "apr\xc3\xa8s-midi \xf0\x9f\x98\x80");
}
BENCHMARK(BM_TokenizeUncleanCaption)->Unit(benchmark::kMicrosecond);

// As much as the server takes by default, most of it behind the context.
void BM_TokenizeLongText(benchmark::State& state) {
  std::string text;
  for (int i = 0; text.size() < 16000; ++i) {
    text += "Sentence number " + std::to_string(i) + " of it. " + kCaption;
  }
  TokenizeRepeatedly(state, text);
}
BENCHMARK(BM_TokenizeLongText)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace clip::model
